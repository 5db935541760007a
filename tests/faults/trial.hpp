#pragma once

#include <cstdint>
#include <string>

#include "faults/checks.hpp"

namespace lehr::test {

struct TrialResult {
  Problems problems;
  std::size_t faults = 0;   ///< that were injected
  std::string description;  ///< the command, what failed, and how to repeat it
};

/// One command with faults that `seed` chooses, and everything that must hold afterwards.
/// `plant`: plays a fault of the command itself (FaultPlan::plant).
TrialResult run_trial(const World& world, std::uint64_t seed, const std::string& plant = "");

}  // namespace lehr::test
