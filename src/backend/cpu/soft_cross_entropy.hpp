#pragma once

#include <memory>

#include "lehr/backend/host_kernel.hpp"

namespace lehr::cpu {

/// Cross entropy with class probabilities (N, C) as targets, mean over the batch. Source:
/// torch.nn.CrossEntropyLoss with class probabilities.
std::unique_ptr<HostKernel> soft_cross_entropy(const KernelSpec& spec);

}  // namespace lehr::cpu
