#pragma once

#include "labs/lab.hpp"

namespace lehr::labs {

/// Adds every lab of labs/. The build generates it.
void register_all_labs(LabRegistry& registry);

/// Throws BadInput with the nearest name if there is no such lab.
const Lab& lab_named(const std::string& name);

}  // namespace lehr::labs
