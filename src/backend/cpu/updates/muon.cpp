#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/muon.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "backend/cpu/newton_schulz.hpp"
#include "backend/cpu/square_sums.hpp"
#include "backend/cpu/updates/scaffold-inl.hpp"
#include "backend/muon_spec.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_MUON_BUFFERS_
#define LEHR_BACKEND_CPU_MUON_BUFFERS_
/// The buffers of one tensor. `directions` receives the matrix to orthogonalise.
struct MuonBuffers {
  float* values;
  float* velocities;
  const float* grads;
  float* directions;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void MuonMomentum(const MuonBuffers& buffers, std::int64_t begin, std::int64_t end, float share,
                  bool nesterov, const StepScale& scale) {
  const FloatTag d;
  const MuonBuffers b = buffers;
  const FloatVec l2 = hn::Set(d, scale.l2);
  const FloatVec l1 = hn::Set(d, scale.l1);
  const FloatVec momentum = hn::Set(d, share);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec grad = decayed_gradient(access.load(b.values + i), access.load(b.grads + i), l2, l1);
    const FloatVec velocity = hn::MulAdd(momentum, access.load(b.velocities + i), grad);
    access.store(velocity, b.velocities + i);
    access.store(nesterov ? hn::MulAdd(momentum, velocity, grad) : velocity, b.directions + i);
  });
}

/// values = keep * values - rate * directions
void MuonStep(const MuonBuffers& buffers, std::int64_t begin, std::int64_t end, float keep, float rate) {
  const FloatTag d;
  const MuonBuffers b = buffers;
  const FloatVec kept = hn::Set(d, keep);
  const FloatVec taken = hn::Set(d, rate);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = hn::Mul(kept, access.load(b.values + i));
    access.store(hn::NegMulAdd(taken, access.load(b.directions + i), value), b.values + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(MuonMomentum);
HWY_EXPORT(MuonStep);

/// Jordan 2024: SGD with momentum, with steps that are orthogonalised matrices. State: velocity.
/// For tensors with one axis, it is the first state of the fallback rule.
class Muon final : public HostUpdate {
 public:
  Muon(const UpdateSpec& spec, std::unique_ptr<HostUpdate> fallback)
      : spec_(muon_spec(spec)), fallback_(std::move(fallback)) {}
  int states() const override { return std::max(1, fallback_->states()); }
  bool by_tensor() const override { return true; }

  void apply(const UpdateArgs& args) override {
    for (const UpdateTensor& tensor : args.tensors) {
      if (tensor.rank > 1) {
        step_matrix(args, tensor);
      } else {
        apply_muon_fallback(spec_, *fallback_, args, tensor);
      }
    }
  }

 private:
  void step_matrix(const UpdateArgs& args, const UpdateTensor& tensor) {
    directions_.resize(std::max(directions_.size(), static_cast<std::size_t>(tensor.count())));
    const MuonBuffers buffers{args.parameters + tensor.offset, args.states[0] + tensor.offset,
                              args.gradients + tensor.offset, directions_.data()};
    const StepScale scale = scale_of(args, 0);
    update_in_parts(tensor.count(), light_rule, [&](std::int64_t begin, std::int64_t end) {
      HWY_DYNAMIC_DISPATCH(MuonMomentum)(buffers, begin, end, args.momentum, spec_.nesterov, scale);
    });
    newton_schulz_.orthogonalise(directions_.data(), tensor.rows, tensor.columns, spec_.newton_schulz_steps);
    const double kept = static_cast<double>(scale.keep) * value_scale(buffers, tensor);
    const auto rate = static_cast<float>(static_cast<double>(args.lr) * muon_step_scale(spec_, tensor));
    update_in_parts(tensor.count(), light_rule, [&](std::int64_t begin, std::int64_t end) {
      HWY_DYNAMIC_DISPATCH(MuonStep)(buffers, begin, end, static_cast<float>(kept), rate);
    });
  }

  double value_scale(const MuonBuffers& buffers, const UpdateTensor& tensor) const {
    if (!spec_.normalise_weights) return 1;
    const double norm = std::sqrt(square_sums(buffers.values, buffers.values, tensor.count())[0]);
    return muon_weight_scale(norm, tensor);
  }

  MuonSpec spec_;
  std::unique_ptr<HostUpdate> fallback_;
  NewtonSchulz newton_schulz_;
  std::vector<float> directions_;
};

}  // namespace

void register_muon(KernelRegistry& registry) {
  registry.add_update("muon", [&registry](const UpdateSpec& spec) {
    return std::make_unique<Muon>(spec, registry.update("cpu", spec.inner.at(0)));
  });
}

}  // namespace lehr::cpu
#endif
