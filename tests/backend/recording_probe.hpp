#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "lehr/backend/host_kernel.hpp"

namespace lehr::test {

/// Records which elements of a tensor in host memory a kernel reports.
class RecordingProbe final : public HostProbe {
 public:
  void start(const float* values, std::int64_t count, std::int64_t) override {
    values_ = {values, static_cast<std::size_t>(count)};
    seen_.assign(values_.size(), 0);
    reports_ = std::vector<std::atomic<int>>(values_.size());
  }
  void written(std::int64_t first, std::int64_t count, int) override {
    for (std::int64_t i = first; i < first + count; ++i) {
      const auto place = static_cast<std::size_t>(i);
      if (place >= values_.size()) {
        beyond_ = true;
        return;
      }
      ++reports_[place];
      seen_[place] = values_[place];
    }
  }
  void end(TensorStats&) override { final_.assign(values_.begin(), values_.end()); }
  double seconds() const override { return 0; }

  std::size_t reported() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(reports_, [](const auto& times) { return times > 0; }));
  }
  std::size_t size() const { return values_.size(); }

  /// The first wrong report, or empty.
  std::string mistake() const {
    if (beyond_) return "an element behind the tensor's end";
    for (std::size_t i = 0; i < final_.size(); ++i) {
      if (reports_[i] > 1) return "element " + std::to_string(i) + " more than once";
      if (reports_[i] == 1 && std::memcmp(&seen_[i], &final_[i], sizeof(float)) != 0) {
        return "element " + std::to_string(i) + " before it had its value";
      }
    }
    return "";
  }

 private:
  std::span<const float> values_;
  std::vector<float> seen_;
  std::vector<float> final_;
  std::vector<std::atomic<int>> reports_;
  std::atomic<bool> beyond_ = false;
};

}  // namespace lehr::test
