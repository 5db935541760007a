#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Runs the command with faults injected into its system calls.
namespace lehr::test {

/// What fails and when. The words are those of tests/faults/injector/plan.hpp.
struct FaultPlan {
  std::string kinds = {};   ///< comma-separated; empty: calls are counted and nothing fails
  std::uint64_t after = 0;  ///< number of calls of these kinds that succeed first
  int thread = 0;           ///< counts the calls of this thread
  double rate = 1;          ///< share of failing calls after the first failure
  std::uint64_t most = 1;   ///< maximum number of faults
  std::string error = {};   ///< "EIO" or "ENOSPC" for all faults; empty: chosen for each
  std::uint64_t seed = 0;
  std::string plant =
      {};  ///< "sync" or "write": simulates a program that forgets fsync or ignores failed writes
};

struct InjectedOutcome {
  int status = -1;  ///< exit status, or 128 + the signal that ended it
  bool hung = false;
  std::string out;
  std::string err;
  std::vector<std::string> faults;  ///< one line each: what failed where
  /// Calls by thread and kind; only if main returned.
  std::map<std::pair<int, std::string>, std::uint64_t> calls;

  bool crashed() const { return status == 97; }
};

/// Runs the command in `folder`. The injector writes its notes to the folder `notes`, which must exist.
InjectedOutcome run_with_faults(const std::filesystem::path& folder,
                                const std::vector<std::string>& arguments, const FaultPlan& plan,
                                const std::filesystem::path& notes);

/// The environment variables of that plan, in the form in which they are typed before a command.
std::string as_typed(const FaultPlan& plan);

}  // namespace lehr::test
