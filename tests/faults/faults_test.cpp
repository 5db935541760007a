// Commands whose system calls fail, or that lose unflushed data. CONTRIBUTING.md says how to run more of them
// and how to repeat one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>

#include "faults/trial.hpp"

namespace lehr::test {
namespace {

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given == nullptr ? otherwise : std::stoull(given);
}

/// Each world is made once and used by many trials.
const World& world_of(const std::string& kind, std::uint64_t seed) {
  static std::map<std::pair<std::string, std::size_t>, std::unique_ptr<World>> worlds;
  const std::size_t variant = static_cast<std::size_t>(seed % World::variants(kind));
  auto& world = worlds[{kind, variant}];
  if (!world) world = std::make_unique<World>(kind, variant);
  return *world;
}

struct Faults : testing::TestWithParam<std::string> {};

TEST_P(Faults, AreReportedAndLoseNothing) {
  const std::uint64_t trials = number_in("LEHR_TEST_FAULTS", 40);
  const std::uint64_t first = number_in("LEHR_TEST_FAULT_SEED", 1);
  std::size_t faults = 0;
  std::size_t met = 0;
  for (std::uint64_t seed = first; seed < first + trials; ++seed) {
    const TrialResult result = run_trial(world_of(GetParam(), seed), seed);
    faults += result.faults;
    met += result.faults > 0 ? 1U : 0U;
    if (result.problems.empty()) continue;
    std::string text;
    for (const std::string& problem : result.problems) text += problem + "\n";
    ADD_FAILURE() << GetParam() << ", seed " << seed << ":\n"
                  << text << result.description << "repeat: script/inject-faults 1 --seed " << seed
                  << " --command " << GetParam();
  }
  std::cout << GetParam() << ": " << trials << " commands, " << met << " of them met " << faults
            << " faults\n";
}

INSTANTIATE_TEST_SUITE_P(Commands, Faults, testing::Values("train", "resume", "report", "runs", "predict"),
                         [](const auto& of) { return of.param; });

// The harness must find planted faults: a command without fsync, and a command that ignores failed writes.
struct Planted : testing::TestWithParam<std::string> {};

TEST_P(Planted, IsFound) {
  constexpr std::uint64_t most_trials = 60;
  bool found = false;
  for (std::uint64_t seed = 1; seed <= most_trials && !found; ++seed) {
    found = !run_trial(world_of("train", seed), seed, GetParam()).problems.empty();
  }
  EXPECT_TRUE(found);
}

INSTANTIATE_TEST_SUITE_P(Bugs, Planted, testing::Values("sync", "write"),
                         [](const auto& of) { return of.param; });

}  // namespace
}  // namespace lehr::test
