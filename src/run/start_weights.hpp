#pragma once

#include <optional>

#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/model_io/model_file.hpp"
#include "lehr/run/train_config.hpp"

/// TrainConfig::weights: a training that starts from a saved model.
namespace lehr::run {

/// The saved model for a network with these classes. Nothing if the configuration names none, or if the
/// training goes on from a checkpoint. Throws BadInput if the number of classes differs, or if a
/// parameter has another name or shape.
std::optional<Model> start_model(const TrainConfig& config, const Graph& graph, std::int64_t classes);

/// Copies weights and running statistics.
void take_weights(Parameters& parameters, const Model& start);

}  // namespace lehr::run
