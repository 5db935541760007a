#pragma once

#include <span>
#include <string_view>

#include "lehr/data/dataset.hpp"
#include "lehr/data/loader.hpp"

namespace lehr {

/// What the loss of a batch is divided by: its samples, or the class weights of its targets. Soft targets
/// count each class by its share. In single precision, as the kernels hold the weights.
double loss_weight(const Batch& batch, std::span<const double> class_weights);

/// Throws BadInput if no sample of a set has a weight above 0, since its loss is then undefined. `set` names
/// it: "training set".
void check_has_weight(const Dataset& dataset, std::span<const double> class_weights, std::string_view set);

}  // namespace lehr
