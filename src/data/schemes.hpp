#pragma once

#include "core/open_registry.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/scheme.hpp"

namespace lehr::data {

/// Each file of schemes/ enters its own.
using SchemeRegistry = OpenRegistry<DataScheme>;

/// Written by the build from the files of schemes/.
void register_all_schemes(SchemeRegistry& registry);

}  // namespace lehr::data
