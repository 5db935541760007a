#pragma once

#include "lehr/backend/kernel_registry.hpp"

namespace lehr::reference {

/// Written by the build from the files of ops/.
void register_all_ops(KernelRegistry& registry);

}  // namespace lehr::reference
