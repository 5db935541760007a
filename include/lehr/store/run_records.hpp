#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lehr/core/tensor_stats.hpp"

/// The records of a training as plain values. The run store holds them, and reports are made from them.
namespace lehr::store {

enum class RunStatus {
  running,
  done,
  interrupted,  ///< stopped on request, or its process no longer exists
  diverged,
  failed
};

/// A run as a whole.
struct RunInfo {
  std::string id;      ///< the name of its folder; IDs sort by time
  std::string name{};  ///< given by the user, or empty
  RunStatus status = RunStatus::running;
  double started = 0;   ///< seconds since 1970, UTC
  double ended = 0;     ///< 0 while it is running
  std::string data{};   ///< "mnist:DIR"
  std::string model{};  ///< "simple-cnn"
  std::int64_t parameters = 0;
  std::int64_t batch_size = 0;
  int epochs = 0;                                    ///< number requested
  std::string config{};                              ///< resolved options, TOML
  std::map<std::string, std::string> environment{};  ///< version, processor, threads, memory_planned, ...
  std::vector<std::string> classes{};
  std::string note{};  ///< why it failed, or empty
  /// Why the training ended: a word, and optionally ": " and a sentence. For example "completed" or
  /// "early_stopping: valid_loss has not improved for 3 epochs; ...". Empty if unknown.
  std::string reason{};
  double stats_share = 0;  ///< time of the statistics divided by the training time
};

/// The position from which a run is resumed. Records of later steps by an earlier process are removed.
struct ResumedAt {
  std::int64_t step = 0;  ///< training batches done
  int epoch = 0;
};

/// A layer whose tensors are recorded.
struct LayerInfo {
  int index = 0;                      ///< in the order of the forward pass
  std::string name{};                 ///< "3", "layer1.0.conv1"
  std::string type{};                 ///< "conv2d + relu"
  std::vector<std::int64_t> shape{};  ///< of its output for one image: (C, H, W) or (features)
  std::vector<int> inputs{};          ///< indices of the recorded layers that it reads; empty: the image
  std::int64_t parameters = 0;
  std::int64_t flops = 0;            ///< forward pass of one image; a multiply-add counts as two
  std::int64_t receptive_field = 0;  ///< pixels per side of the image that one position sees; 0: unknown
  std::int64_t bytes = 0;            ///< of its output for one batch
  std::optional<double> forward_seconds{};  ///< mean over the timed batches; empty if none was timed
  std::optional<double> backward_seconds{};
};

struct EpochRow {
  int epoch = 0;  ///< from 0
  double train_loss = 0;
  double train_accuracy = 0;
  std::optional<double> valid_loss{};
  std::optional<double> valid_accuracy{};
  std::map<std::string, double> metrics{};  ///< other metrics, and values of callbacks
  double lr = 0;
  double train_seconds = 0;
  double valid_seconds = 0;
};

/// One recorded batch.
struct StepRow {
  std::int64_t step = 0;  ///< index of the training batch, from 0; for validation: of the one before
  int epoch = 0;
  std::int64_t batch = 0;
  bool training = true;
  double loss = 0;
  double lr = 0;
  double momentum = 0;
};

/// A metric that a callback monitors, and which direction is better.
struct MonitorRow {
  std::string callback{};  ///< "EarlyStopping"
  std::string metric{};    ///< "valid_loss"
  bool lower_is_better = true;
  friend bool operator==(const MonitorRow&, const MonitorRow&) = default;
};

/// Which tensor of a layer.
enum class Watched { activation, activation_gradient, weight, weight_gradient, update };

/// One tensor at one recorded batch.
struct StatsRow {
  std::int64_t step = 0;  ///< step, batch and training are as in StepRow
  std::int64_t batch = 0;
  bool training = true;
  int layer = 0;  ///< LayerInfo::index
  Watched what = Watched::activation;
  TensorStats stats{};
};

/// The confusion matrix of the validation set at the end of the training.
struct Confusion {
  std::vector<std::int64_t> counts{};  ///< (classes, classes), row-major; rows are the true classes
};

/// An image for people.
struct Picture {
  std::string kind{};  ///< "sample", "top_loss", "filters", "feature_map"
  std::string caption{};
  std::int64_t number = 0;  ///< index within its kind
  std::string png{};        ///< contents of a PNG file
};

/// A network that says about the same for every image has a validation accuracy below this: half above
/// guessing (1 / classes), and at most 5 points above it, so that few classes have a limit within reach.
/// The run collapsed. 0 for less than two classes.
constexpr double collapse_limit(std::size_t classes) {
  if (classes < 2) return 0;
  const double guessing = 1 / static_cast<double>(classes);
  return guessing + std::min(guessing / 2, 0.05);
}

/// Everything that a report needs.
struct RunRecords {
  RunInfo info;
  std::vector<LayerInfo> layers{};
  std::vector<MonitorRow> monitors{};
  std::vector<EpochRow> epochs{};
  std::vector<StepRow> steps{};
  std::vector<StatsRow> stats{};  ///< sorted by step, layer, what
  std::optional<Confusion> confusion{};
  std::vector<std::int64_t> class_counts{};  ///< of the training set
  std::vector<Picture> pictures{};
};

}  // namespace lehr::store
