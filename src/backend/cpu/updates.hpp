#pragma once

#include "lehr/backend/kernel_registry.hpp"

namespace lehr::cpu {

/// Written by the build from the files of updates/.
void register_all_updates(KernelRegistry& registry);

}  // namespace lehr::cpu
