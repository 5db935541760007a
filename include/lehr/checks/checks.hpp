#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "lehr/run/setup.hpp"
#include "lehr/run/train_config.hpp"

/// Quick checks of a training before it begins: `lehr diagnose --checks`.
namespace lehr::checks {

enum class Outcome {
  passed,
  failed,
  unclear  ///< it does not apply to this training, or could not tell
};

/// "passed", "failed" or "unclear".
std::string outcome_name(Outcome outcome);

/// What one check did and found. Sentences have no capital and no full stop.
struct CheckResult {
  std::string name{};  ///< "overfit"
  Outcome outcome = Outcome::unclear;
  std::string did{};       ///< "trained on 32 pictures for at most 200 steps"
  std::string expected{};  ///< "a loss below 0.23"
  std::string found{};     ///< "0.012 after 85 steps"
  std::string advice{};    ///< what it usually means and what mends it; empty if it passed
  double seconds = 0;
};

struct CheckInfo {
  std::string name;
  std::string help;  ///< one line
};

/// All checks, in the order in which they run.
std::vector<CheckInfo> all_checks();

struct CheckHooks {
  std::stop_token stop{};  ///< ends the checks after the current batch
  SetupOptions setup{};    ///< data and network of a program, warnings and progress
  /// Called with each result.
  std::function<void(const CheckResult&)> on_result{};
};

struct CheckReport {
  std::vector<CheckResult> results{};
  bool interrupted = false;  ///< some results are missing

  bool passed() const;  ///< no check failed
};

/// Runs the named checks (empty: all) of a training. Each trains copies of the network on some of the data,
/// with the options of the training, and throws them away. Equal configurations give equal results. Throws
/// BadInput with the nearest name if there is no such check, and in the cases of make_learner.
CheckReport run_checks(const TrainConfig& config, const std::vector<std::string>& names = {},
                       const CheckHooks& hooks = {});

}  // namespace lehr::checks
