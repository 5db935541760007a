#include "study/shared_data.hpp"

#include <algorithm>

namespace lehr::study {

DataSplits SharedData::open(const data::DataRequest& request) {
  const std::lock_guard guard(mutex_);
  const auto found = std::ranges::find(opened_, request, &Opened::request);
  if (found != opened_.end()) {
    std::rotate(found, found + 1, opened_.end());
  } else {
    if (opened_.size() == most) opened_.erase(opened_.begin());
    opened_.push_back({request, data::open_data(request)});
  }
  return opened_.back().splits;
}

}  // namespace lehr::study
