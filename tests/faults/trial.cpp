#include "faults/trial.hpp"

#include <algorithm>

namespace lehr::test {
namespace fs = std::filesystem;
namespace {

void add(Problems& all, const Problems& more) { all.insert(all.end(), more.begin(), more.end()); }

/// A number for each kind of command, so that equal seeds choose different faults.
std::uint64_t number_of(const std::string& kind) {
  std::uint64_t sum = 0;
  for (const char letter : kind) sum += static_cast<unsigned char>(letter);
  return sum;
}

std::string describe(const World& world, const FaultPlan& plan, const InjectedOutcome& outcome) {
  std::string text = "command: " + as_typed(plan) + "lehr";
  for (const std::string& word : world.arguments()) text += " " + word;
  text += "\nstatus " + std::to_string(outcome.status) + "\n" + outcome.err;
  constexpr std::size_t most_shown = 5;
  for (std::size_t i = 0; i < std::min(outcome.faults.size(), most_shown); ++i) {
    text += "fault: " + outcome.faults[i] + "\n";
  }
  return text;
}

}  // namespace

TrialResult run_trial(const World& world, std::uint64_t seed, const std::string& plant) {
  Rng rng(seed, Purpose::test, number_of(world.kind()));
  ChosenFaults chosen = choose_faults(world.undisturbed(), seed, rng);
  chosen.plan.plant = plant;
  const TemporaryFolder folder;
  const fs::path tree = world.tree();
  const fs::path notes = folder.path() / "notes";
  fs::remove_all(tree);
  fs::copy(world.before(), tree, fs::copy_options::recursive);
  fs::create_directory(notes);

  const InjectedOutcome outcome = run_with_faults(tree, world.arguments(), chosen.plan, notes);
  TrialResult result;
  result.faults = outcome.faults.size();
  result.description = describe(world, chosen.plan, outcome);
  add(result.problems, check_end(outcome));
  const bool of_system = chosen.plan.kinds == "memory" || chosen.plan.kinds == "thread";
  if (of_system && outcome.status == 2) result.problems.push_back("takes want of memory for bad input");
  if (chosen.unnoticed && outcome.status != 0)
    result.problems.push_back("notices a short transfer or a signal");
  // A crash may restore what was removed, as after rm(1).
  if (outcome.status == 0 && !chosen.crash) add(result.problems, check_removed(world, tree));
  if (outcome.crashed() || chosen.crash) {
    ++result.faults;
    crash(tree, world.before(), notes, chosen.unflushed, rng);
  }
  add(result.problems, check_done(world, tree, outcome));
  add(result.problems, check_whole(world, tree));
  add(result.problems, check_kept(world, tree));
  add(result.problems, check_resumable(tree, notes));
  add(result.problems, check_afterwards(world, tree));
  if (chosen.crash) add(result.problems, check_records(world, tree));
  return result;
}

}  // namespace lehr::test
