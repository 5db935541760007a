#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/data/data.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/metrics/metric.hpp"
#include "lehr/optim/optimizer_spec.hpp"
#include "lehr/optim/schedule.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/train/learner.hpp"

/// Makes the parts of a training from its configuration. All functions throw BadInput if fields do
/// not fit each other.
namespace lehr {

/// Opens data, as data::open_data does.
using DataOpener = std::function<DataSplits(const data::DataRequest& request)>;

/// What a program provides instead of names, and its functions for warnings and progress.
struct SetupOptions {
  std::optional<DataSplits> data{};  ///< replaces TrainConfig::data
  DataOpener open_data{};            ///< opens TrainConfig::data; empty: data::open_data
  /// Makes the network. Replaces TrainConfig::model.
  std::function<Graph(const Shape& image, std::int64_t classes)> model{};
  /// Changes the options with which the Learner is made, such as its sampler or its normalisation.
  std::function<void(LearnerOptions&)> on_options{};
  std::function<void(const std::string&)> on_warning{};  ///< as in LearnerOptions
  MeasureProgress measuring{};                           ///< as in LearnerOptions
};

/// Which data a training asks for.
data::DataRequest data_request(const TrainConfig& config);
/// The data of a training, with its wrong labels if it asks for some. An empty `open` is data::open_data.
DataSplits open_training_data(const TrainConfig& config, const DataOpener& open = {});
/// Data, network, optimizer, loss, initialisation and metrics; no callbacks.
std::unique_ptr<Learner> make_learner(const TrainConfig& config, const SetupOptions& options = {});
/// The shape (C, H, W) to which a training fits its pictures: TrainConfig::image_size and channels_in, or
/// what suits the data (data::suggested_shape).
Shape input_shape(const TrainConfig& config, const DataSplits& data);
/// How a training makes its pictures into its input, without the normalisation. Pictures that cannot be read
/// are left out of the choice of a shape. There is no shape if none can be read.
Preprocessing input_of(const TrainConfig& config, const DataSplits& data);
/// The network for images (C, H, W) and this number of classes.
Graph make_graph(const TrainConfig& config, const Shape& image, std::int64_t classes);
OptimizerSpec make_optimizer(const TrainConfig& config);
/// Learning rate and momentum for a training of this number of steps. Not for TrainConfig::find_lr.
schedules::RateAndMomentum make_schedule(const TrainConfig& config, std::int64_t steps);
/// Metrics by name, without accuracy, which is always measured.
std::vector<std::unique_ptr<Metric>> make_metrics(const std::vector<std::string>& names);

}  // namespace lehr
