#pragma once

#include <memory>

#include "lehr/backend/host_kernel.hpp"

/// The optimizer rules that programs have registered for all host backends.
namespace lehr {

/// Null if the type is not registered.
std::unique_ptr<HostUpdate> custom_update(const UpdateSpec& spec);

}  // namespace lehr
