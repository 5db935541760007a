#pragma once

#include <cstdint>
#include <string>

#include "faults/checks.hpp"

namespace lehr::test {

struct TrialResult {
  Problems problems;
  std::size_t faults = 0;   ///< number injected
  std::string description;  ///< the command, what failed, and how to repeat it
};

/// Runs one command with faults chosen by `seed`, and checks everything that must hold afterwards. `plant`
/// simulates a defect of the command itself (FaultPlan::plant).
TrialResult run_trial(const World& world, std::uint64_t seed, const std::string& plant = "");

}  // namespace lehr::test
