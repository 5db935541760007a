#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/train/callback.hpp"
#include "lehr/train/learner.hpp"
#include "train_options.hpp"

/// What `lehr train --json` prints, one object a line.
namespace lehr::cli {

/// Where a run is kept; all empty where nothing is saved.
struct RunPlace {
  std::string run;    ///< name of its folder
  std::string path;   ///< the folder
  std::string model;  ///< the model's file in it

  static RunPlace of(const std::filesystem::path& folder);
};

/// What the epochs of a fit came to. Metrics are those of the last epoch that has any: of an epoch that was
/// interrupted the training metrics cover the batches until then, and there are none of validation.
struct TrainingResult {
  std::int64_t epochs = 0;  ///< begun, the one that was interrupted included
  std::optional<SetMetrics> train;
  int train_epoch = 0;  ///< of `train`, from 1
  std::optional<SetMetrics> valid;
  int valid_epoch = 0;       ///< of `valid`, from 1
  double train_seconds = 0;  ///< of the training part of the epochs alone
  double images_per_second = 0;
  Ending ending;        ///< why the fit ended
  bool trained = true;  ///< false if a resumed run had come to its end already
  bool interrupted = false;
  bool time_limit = false;               ///< --time-limit ended it
  std::optional<double> stats_overhead;  ///< time of ActivationStats over the rest of the training's
};

TrainingResult result_of(const Learner& learner, bool interrupted);

nlohmann::ordered_json start_event(const Learner& learner, const TrainOptions& options,
                                   const RunPlace& place);
nlohmann::ordered_json done_event(const TrainingResult& result, const RunPlace& place);

/// Prints an object after each epoch.
class EpochEvents final : public Callback {
 public:
  std::string_view name() const override { return "EpochEvents"; }
  int order() const override { return 95; }
  void after_epoch(Learner& learner) override;
};

}  // namespace lehr::cli
