#include "faults/plan_choice.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace lehr::test {
namespace {

constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
const std::string disk = "open,read,write,sync,rename,make,remove,resize,look,lock";
const std::string full_disk = "open,write,sync,rename,make,resize";

std::vector<std::string> split(const std::string& kinds) {
  std::vector<std::string> all;
  std::istringstream words(kinds);
  for (std::string word; std::getline(words, word, ',');) all.push_back(word);
  return all;
}

std::uint64_t calls_of(const InjectedOutcome& undisturbed, int thread, const std::string& kinds) {
  std::uint64_t count = 0;
  for (const std::string& kind : split(kinds)) {
    const auto found = undisturbed.calls.find({thread, kind});
    if (found != undisturbed.calls.end()) count += found->second;
  }
  return count;
}

/// Fails one call, chosen from all calls of these kinds in all threads.
FaultPlan random_call(const InjectedOutcome& undisturbed, const std::string& kinds, Rng& rng) {
  constexpr int most_threads = 16;
  std::array<std::uint64_t, most_threads> counts{};
  std::uint64_t all = 0;
  for (int thread = 0; thread < most_threads; ++thread) {
    counts[static_cast<std::size_t>(thread)] = calls_of(undisturbed, thread, kinds);
    all += counts[static_cast<std::size_t>(thread)];
  }
  FaultPlan plan{.kinds = kinds};
  if (all == 0) return plan;
  plan.after = rng.below(all);
  while (plan.after >= counts[static_cast<std::size_t>(plan.thread)]) {
    plan.after -= counts[static_cast<std::size_t>(plan.thread++)];
  }
  return plan;
}

FaultPlan repeated(FaultPlan plan, double rate, const std::string& error = "") {
  plan.rate = rate;
  plan.most = no_end;
  plan.error = error;
  return plan;
}

/// A random kind among those that the command calls, all equally likely.
std::string one_of(const InjectedOutcome& undisturbed, const std::string& kinds, Rng& rng) {
  std::vector<std::string> called;
  for (const std::string& kind : split(kinds)) {
    const bool has = std::ranges::any_of(
        undisturbed.calls, [&](const auto& entry) { return entry.first.second == kind && entry.second > 0; });
    if (has) called.push_back(kind);
  }
  return called.empty() ? kinds : called[rng.below(called.size())];
}

}  // namespace

ChosenFaults choose_faults(const InjectedOutcome& undisturbed, std::uint64_t seed, Rng& rng) {
  ChosenFaults chosen;
  const auto at = [&](const std::string& kinds) { return random_call(undisturbed, kinds, rng); };
  switch (rng.below(16)) {
    case 0:
      chosen.plan = repeated({.kinds = "partial,interrupt"}, 0.3);
      chosen.unnoticed = true;
      break;
    case 1:
    case 2:
    case 3:
      chosen.plan = at(one_of(undisturbed, disk, rng));
      break;
    case 4:
    case 5:
      chosen.plan = repeated(at(full_disk), 1, "ENOSPC");
      break;
    case 6:
      chosen.plan = repeated(at(disk), 1, "EIO");
      break;
    case 7:
      chosen.plan = repeated(at(disk), 0.1);
      break;
    case 8:
    case 9:
      chosen.plan = at("memory");
      break;
    case 10:
      chosen.plan = repeated(at("memory"), 1);
      break;
    case 11:
      chosen.plan = repeated(at("memory"), 0.01);
      break;
    case 12:
      chosen.plan = at(one_of(undisturbed, "map,thread,lock", rng));
      break;
    case 13:
    case 14:
      chosen.plan = at("crash");
      chosen.crash = true;
      break;
    default:
      chosen.plan = {.kinds = "crash", .after = no_end};
      chosen.crash = true;
  }
  chosen.plan.seed = seed;
  chosen.unflushed = static_cast<Unflushed>(rng.below(3));
  return chosen;
}

}  // namespace lehr::test
