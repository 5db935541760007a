#pragma once

#include <span>
#include <string_view>

#include "lehr/data/dataset.hpp"
#include "lehr/data/loader.hpp"

namespace lehr {

/// The divisor of a batch's loss: the number of samples, or the sum of the class weights of the targets. A
/// soft target counts each class by its share. Computed in single precision, like the kernels.
double loss_weight(const Batch& batch, std::span<const double> class_weights);

/// Throws BadInput if no sample of the set has a weight above 0, because its loss is then undefined. `set`
/// names the set: "training set".
void check_has_weight(const Dataset& dataset, std::span<const double> class_weights, std::string_view set);

}  // namespace lehr
