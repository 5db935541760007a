#pragma once

#include <functional>
#include <vector>

#include "checks/subject.hpp"
#include "lehr/checks/checks.hpp"

namespace lehr::checks {

/// One check of a training.
struct Check {
  CheckInfo info;
  int order = 0;  ///< checks run from low to high: the cheap ones and those that explain others first
  /// The result's name and time need not be set.
  std::function<CheckResult(Subject&)> look{};
};

class CheckRegistry {
 public:
  void add(Check check) { checks_.push_back(std::move(check)); }
  const std::vector<Check>& checks() const { return checks_; }

 private:
  std::vector<Check> checks_;
};

/// Adds every check of checks/. The build generates it.
void register_all_checks(CheckRegistry& registry);

}  // namespace lehr::checks
