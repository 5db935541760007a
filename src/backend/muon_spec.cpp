#include "backend/muon_spec.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lehr/core/error.hpp"

namespace lehr {

MuonSpec muon_spec(const UpdateSpec& spec) {
  const Attributes& a = spec.attributes;
  return {.newton_schulz_steps = a.integer("newton_schulz_steps"),
          .nesterov = a.flag("nesterov"),
          .scale_by_shape = a.flag("scale_by_shape"),
          .normalise_weights = a.flag("normalise_weights"),
          .fallback_lr_ratio = a.real("fallback_lr_ratio"),
          .fallback_momentum = a.real("fallback_momentum")};
}

double muon_step_scale(const MuonSpec& spec, const UpdateTensor& tensor) {
  if (!spec.scale_by_shape) return 1;
  return std::sqrt(std::max(1.0, static_cast<double>(tensor.columns) / static_cast<double>(tensor.rows)));
}

double muon_weight_scale(double norm, const UpdateTensor& tensor) {
  return norm == 0 ? 1 : std::sqrt(static_cast<double>(tensor.columns)) / norm;
}

void apply_muon_fallback(const MuonSpec& spec, HostUpdate& fallback, const UpdateArgs& args,
                         const UpdateTensor& tensor) {
  constexpr std::size_t max_states = 8;
  const auto count = static_cast<std::size_t>(fallback.states());
  if (count > max_states) throw Error("muon's fallback asks for " + std::to_string(count) + " states");
  std::array<float*, max_states> states{};
  for (std::size_t i = 0; i < count; ++i) states[i] = args.states[i] + tensor.offset;
  UpdateTensor whole = tensor;
  whole.offset = 0;
  UpdateArgs one = args;
  one.parameters += tensor.offset;
  one.gradients += tensor.offset;
  one.states = std::span<float* const>(states).first(count);
  one.count = tensor.count();
  one.tensors = {&whole, 1};
  one.lr = static_cast<float>(static_cast<double>(args.lr) * spec.fallback_lr_ratio);
  one.momentum = static_cast<float>(spec.fallback_momentum);
  fallback.apply(one);
}

}  // namespace lehr
