#pragma once

#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/engine/parameters.hpp"

namespace lehr {

/// The trained parameters as an Optimizer wants them for its rules by tensor: a weight of shape (O, I, ...)
/// is a matrix with a column for each of the O outputs.
std::vector<UpdateTensor> parameter_tensors(const Parameters& parameters);

}  // namespace lehr
