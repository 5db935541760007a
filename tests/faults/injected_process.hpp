#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// The command, run with faults injected into its calls of the system.
namespace lehr::test {

/// What fails and when; the words are those of tests/faults/injector/plan.hpp.
struct FaultPlan {
  std::string kinds = {};   ///< with commas between; none: calls are counted and nothing fails
  std::uint64_t after = 0;  ///< calls of these kinds that succeed first
  int thread = 0;           ///< of this thread
  double rate = 1;          ///< of the calls behind the first that fails
  std::uint64_t most = 1;   ///< faults in all
  std::string error = {};   ///< "EIO" or "ENOSPC" for all of them
  std::uint64_t seed = 0;
  std::string plant =
      {};  ///< "sync" or "write": plays a program that forgets fsync, or ignores failed writes
};

struct InjectedOutcome {
  int status = -1;  ///< exit status, or 128 + the signal that ended it
  bool hung = false;
  std::string out;
  std::string err;
  std::vector<std::string> faults;  ///< a line each: what failed where
  /// Calls by thread and kind; only if main returned.
  std::map<std::pair<int, std::string>, std::uint64_t> calls;

  bool crashed() const { return status == 97; }
};

/// Runs in the folder; the injector's notes go to the folder `notes`, which must exist.
InjectedOutcome run_with_faults(const std::filesystem::path& folder,
                                const std::vector<std::string>& arguments, const FaultPlan& plan,
                                const std::filesystem::path& notes);

/// The environment variables that give that plan, as they are typed before a command.
std::string as_typed(const FaultPlan& plan);

}  // namespace lehr::test
