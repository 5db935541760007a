#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/metrics/metric.hpp"
#include "lehr/optim/optimizer_spec.hpp"
#include "lehr/optim/schedule.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/train/learner.hpp"

/// The parts of a training, from its configuration. All throw BadInput for fields that do not fit each other.
namespace lehr {

/// What a program gives instead of names, and what it wants to hear.
struct SetupOptions {
  std::optional<DataSplits> data{};  ///< instead of what TrainConfig::data names
  /// Makes the network, instead of what TrainConfig::model names.
  std::function<Graph(const Shape& image, std::int64_t classes)> model{};
  std::function<void(const std::string&)> on_warning{};  ///< as in LearnerOptions
  MeasureProgress measuring{};                           ///< as in LearnerOptions
};

/// Data, network, optimizer, loss, initialisation and metrics; no callbacks.
std::unique_ptr<Learner> make_learner(const TrainConfig& config, const SetupOptions& options = {});
/// The network for images (C, H, W) and that many classes.
Graph make_graph(const TrainConfig& config, const Shape& image, std::int64_t classes);
OptimizerSpec make_optimizer(const TrainConfig& config);
/// Learning rate and momentum for a training of so many steps. Not for TrainConfig::find_lr.
schedules::RateAndMomentum make_schedule(const TrainConfig& config, std::int64_t steps);
/// Metrics by name; accuracy, which is always measured, left out.
std::vector<std::unique_ptr<Metric>> make_metrics(const std::vector<std::string>& names);

}  // namespace lehr
