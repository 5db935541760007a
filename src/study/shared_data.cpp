#include "study/shared_data.hpp"

#include <algorithm>

#include "lehr/data/data.hpp"

namespace lehr::study {

DataSplits SharedData::open(std::string_view name, std::uint64_t seed) {
  const std::lock_guard guard(mutex_);
  const auto found = std::ranges::find_if(
      opened_, [&](const Opened& opened) { return opened.name == name && opened.seed == seed; });
  if (found != opened_.end()) {
    std::rotate(found, found + 1, opened_.end());
  } else {
    if (opened_.size() == most) opened_.erase(opened_.begin());
    opened_.push_back({std::string(name), seed, data::open_data(name, seed)});
  }
  return opened_.back().splits;
}

}  // namespace lehr::study
