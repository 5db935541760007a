#pragma once

#include <memory>

#include "lehr/backend/host_kernel.hpp"

/// The operations that programs have registered for all host backends.
namespace lehr {

/// Null if the type is not registered.
std::unique_ptr<HostKernel> custom_kernel(const KernelSpec& spec);

}  // namespace lehr
