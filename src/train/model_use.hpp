#pragma once

#include "lehr/data/dataset.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/train/model_file.hpp"

namespace lehr {

/// Throws BadInput, saying what the model was trained on and what the data has, unless images and number of
/// classes are equal.
void check_data_fits(const Model& model, const Dataset& dataset);
/// The same for the images alone.
void check_images_fit(const Model& model, const Dataset& dataset);

/// Throws BadInput where a plan, which knows its needs before it allocates, needs more memory than the
/// machine has.
void check_memory(const Plan& plan);
/// The same for `copies` of a model's parameters: values, gradients, optimizer states.
void check_parameter_memory(const Graph& model, int copies);

}  // namespace lehr
