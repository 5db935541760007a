#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace lehr::run {

/// Collects warnings. The recording thread may add some too.
class Warnings {
 public:
  explicit Warnings(std::function<void(const std::string&)> pass_on) : pass_on_(std::move(pass_on)) {}
  void add(const std::string& sentence) {
    const std::lock_guard guard(mutex_);
    all_.push_back(sentence);
    if (pass_on_) pass_on_(sentence);
  }
  std::vector<std::string> all() const {
    const std::lock_guard guard(mutex_);
    return all_;
  }

 private:
  std::function<void(const std::string&)> pass_on_;
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

}  // namespace lehr::run
