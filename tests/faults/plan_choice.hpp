#pragma once

#include "faults/durable_state.hpp"
#include "faults/injected_process.hpp"

/// Chooses what fails in a trial.
namespace lehr::test {

struct ChosenFaults {
  FaultPlan plan;
  Unflushed unflushed = Unflushed::lost;  ///< of a crash
  bool crash = false;                     ///< the machine crashes at the fault, or when the command has ended
  bool unnoticed = false;                 ///< short transfers and signals: the command must not even notice
};

/// `calls`: of the undisturbed command, so that the place of the fault is anywhere in it with equal chances.
ChosenFaults choose_faults(const InjectedOutcome& undisturbed, std::uint64_t seed, Rng& rng);

}  // namespace lehr::test
