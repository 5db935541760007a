#pragma once

#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/engine/parameters.hpp"

namespace lehr {

/// The trained parameters in the form that Optimizer needs for rules that work on whole tensors. A
/// weight of shape (O, I, ...) is a matrix with one column for each of the O outputs.
std::vector<UpdateTensor> parameter_tensors(const Parameters& parameters);

}  // namespace lehr
