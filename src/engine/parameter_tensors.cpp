#include "lehr/engine/parameter_tensors.hpp"

namespace lehr {

std::vector<UpdateTensor> parameter_tensors(const Parameters& parameters) {
  std::vector<UpdateTensor> tensors;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (is_state(entry.role)) continue;
    const std::int64_t outputs = entry.shape[0];
    tensors.push_back({.offset = entry.offset,
                       .rows = entry.shape.numel() / outputs,
                       .columns = outputs,
                       .rank = entry.shape.rank()});
  }
  return tensors;
}

}  // namespace lehr
