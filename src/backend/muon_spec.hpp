#pragma once

#include "lehr/backend/host_kernel.hpp"

namespace lehr {

/// Muon's settings, read from an UpdateSpec's attributes.
struct MuonSpec {
  std::int64_t newton_schulz_steps = 5;
  bool nesterov = true;
  bool scale_by_shape = true;      ///< steps are multiplied by sqrt(max(1, outputs / inputs))
  bool normalise_weights = false;  ///< before each step, a weight's norm is set to sqrt(outputs)
  double fallback_lr_ratio = 1;    ///< the fallback's learning rate divided by Muon's
  double fallback_momentum = 0;
};

MuonSpec muon_spec(const UpdateSpec& spec);
/// The factor of the learning rate for a matrix.
double muon_step_scale(const MuonSpec& spec, const UpdateTensor& tensor);
/// With normalise_weights, the factor for a weight with this norm.
double muon_weight_scale(double norm, const UpdateTensor& tensor);
/// One step of the fallback rule on one tensor that is not a matrix, with Muon's decays.
void apply_muon_fallback(const MuonSpec& spec, HostUpdate& fallback, const UpdateArgs& args,
                         const UpdateTensor& tensor);

}  // namespace lehr
