#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lehr/core/tensor_stats.hpp"

/// What is known of a training, as plain values: what the run store keeps and what reports are made from.
namespace lehr::store {

enum class RunStatus {
  running,
  done,
  interrupted,  ///< stopped on request, or its process is gone
  diverged,
  failed
};

/// A run as a whole.
struct RunInfo {
  std::string id;      ///< the name of its folder; sorts by time
  std::string name{};  ///< given by the user, or empty
  RunStatus status = RunStatus::running;
  double started = 0;   ///< seconds since 1970, UTC
  double ended = 0;     ///< 0 while it runs
  std::string data{};   ///< "mnist:DIR"
  std::string model{};  ///< "simple-cnn"
  std::int64_t parameters = 0;
  std::int64_t batch_size = 0;
  int epochs = 0;                                    ///< asked for
  std::string config{};                              ///< resolved options, TOML
  std::map<std::string, std::string> environment{};  ///< version, processor, threads, memory_planned, ...
  std::vector<std::string> classes{};
  std::string note{};  ///< why it failed, or empty
  /// Why the training ended: a word, and if there is more to say ": " and a sentence. "completed",
  /// "early_stopping: valid_loss has not improved for 3 epochs; ...". Empty if that is not known.
  std::string reason{};
  double stats_share = 0;  ///< time spent on statistics over the training's
};

/// Where a resumed run goes on. What an earlier process recorded of later steps is removed.
struct ResumedAt {
  std::int64_t step = 0;  ///< training batches done
  int epoch = 0;
};

/// A layer whose tensors are watched.
struct LayerInfo {
  int index = 0;                      ///< in the order of the forward pass
  std::string name{};                 ///< "3", "layer1.0.conv1"
  std::string type{};                 ///< "conv2d + relu"
  std::vector<std::int64_t> shape{};  ///< of its output for one image: (C, H, W) or (features)
  std::vector<int> inputs{};          ///< the layers it reads, by index, through all between; none: the image
  std::int64_t parameters = 0;
  std::int64_t flops = 0;            ///< forward, one image; a multiply-add is two
  std::int64_t receptive_field = 0;  ///< pixels of the image, on a side, that one position sees; 0 unknown
  std::int64_t bytes = 0;            ///< of its output for a batch
  std::optional<double> forward_seconds{};  ///< mean of the timed batches; nothing if none was timed
  std::optional<double> backward_seconds{};
};

struct EpochRow {
  int epoch = 0;  ///< from 0
  double train_loss = 0;
  double train_accuracy = 0;
  std::optional<double> valid_loss{};
  std::optional<double> valid_accuracy{};
  std::map<std::string, double> metrics{};  ///< others, of the validation set
  double lr = 0;
  double train_seconds = 0;
  double valid_seconds = 0;
};

/// One recorded batch.
struct StepRow {
  std::int64_t step = 0;  ///< counts training batches of the run from 0; of validation: the step before it
  int epoch = 0;
  std::int64_t batch = 0;
  bool training = true;
  double loss = 0;
  double lr = 0;
  double momentum = 0;
};

/// A value that a callback watches, and which direction counts as better.
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
  std::int64_t step = 0;  ///< this and the next two as in StepRow
  std::int64_t batch = 0;
  bool training = true;
  int layer = 0;  ///< LayerInfo::index
  Watched what = Watched::activation;
  TensorStats stats{};
};

/// What the network does with the validation set at the end.
struct Confusion {
  std::vector<std::int64_t> counts{};  ///< (classes, classes), row by row; rows are the truth
};

/// A picture for people.
struct Picture {
  std::string kind{};  ///< "sample", "top_loss", "filters", "feature_map"
  std::string caption{};
  std::int64_t number = 0;  ///< within its kind
  std::string png{};        ///< bytes of a PNG file
};

/// All that a report is made from.
struct RunRecords {
  RunInfo info;
  std::vector<LayerInfo> layers{};
  std::vector<MonitorRow> monitors{};
  std::vector<EpochRow> epochs{};
  std::vector<StepRow> steps{};
  std::vector<StatsRow> stats{};  ///< by step, layer, what
  std::optional<Confusion> confusion{};
  std::vector<std::int64_t> class_counts{};  ///< of the training set
  std::vector<Picture> pictures{};
};

}  // namespace lehr::store
