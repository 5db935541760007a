#pragma once

#include "core/open_registry.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/data/sampler.hpp"
#include "lehr/data/settings.hpp"

namespace lehr::data {

using SamplerRegistry = OpenRegistry<MakeSampler>;

/// Written by the build from the files of samplers/.
void register_all_samplers(SamplerRegistry& registry);

}  // namespace lehr::data
