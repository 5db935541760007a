#pragma once

#include "core/open_registry.hpp"
#include "lehr/models/models.hpp"

namespace lehr::models {

/// Models by command-line name; each file of builders/ enters its own.
using ModelRegistry = OpenRegistry<ModelBuilder>;

/// Written by the build from the files of builders/.
void register_all_builders(ModelRegistry& registry);

}  // namespace lehr::models
