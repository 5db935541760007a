#pragma once

#include "core/open_registry.hpp"
#include "lehr/data/settings.hpp"
#include "lehr/data/transform.hpp"

namespace lehr::data {

using TransformRegistry = OpenRegistry<MakeTransform>;

/// Written by the build from the files of transforms/.
void register_all_transforms(TransformRegistry& registry);

}  // namespace lehr::data
