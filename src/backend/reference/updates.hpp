#pragma once

#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {

/// Written by the build from the files of updates/.
void register_all_updates(KernelRegistry& registry);

}  // namespace lehr::reference
