#pragma once

#include "faults/durable_state.hpp"
#include "faults/injected_process.hpp"

/// Chooses the faults of a trial.
namespace lehr::test {

struct ChosenFaults {
  FaultPlan plan;
  Unflushed unflushed = Unflushed::lost;  ///< for a crash
  bool crash = false;                     ///< the machine crashes at the fault, or when the command has ended
  bool unnoticed = false;                 ///< short transfers and signals, which must not change the
                                          ///< command's result
};

/// `calls` are those of the undisturbed command, so that the fault is equally likely at each of them.
ChosenFaults choose_faults(const InjectedOutcome& undisturbed, std::uint64_t seed, Rng& rng);

}  // namespace lehr::test
