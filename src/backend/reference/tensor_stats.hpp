#pragma once

#include <memory>

#include "lehr/backend/host_kernel.hpp"

namespace lehr::reference {

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec);

}  // namespace lehr::reference
