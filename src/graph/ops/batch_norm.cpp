#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view batch_norm_name = "batch_norm";

void check(const BatchNorm::Spec& spec) {
  // Below this bound, 1/sqrt(eps) of a constant channel is no longer a useful single-precision
  // number.
  graph::expect_between(batch_norm_name, "eps", spec.eps, 1e-12, 1.0);
  graph::expect_between(batch_norm_name, "momentum", spec.momentum, 0.0, 1.0);
}

}  // namespace

Attributes BatchNorm::attributes() const {
  Attributes all;
  all.set("eps", spec.eps);
  all.set("momentum", spec.momentum);
  all.set("zero_init", spec.zero_init);
  return all;
}

TensorSpec BatchNorm::infer(std::span<const TensorSpec> inputs) const {
  check(spec);
  return graph::single_image(batch_norm_name, inputs);
}

std::vector<ParameterSpec> BatchNorm::parameters(std::span<const TensorSpec> inputs) const {
  const Shape channels{inputs[0].shape[1]};
  return {{"weight", ParameterRole::norm_scale, channels, spec.zero_init ? std::optional(0.0) : std::nullopt},
          {"bias", ParameterRole::norm_shift, channels},
          {"running_mean", ParameterRole::running_mean, channels},
          {"running_var", ParameterRole::running_var, channels}};
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_batch_norm(OpRegistry& registry) {
  registry.add_built_in(ops::batch_norm_name, [](const Attributes& given) {
    const ops::BatchNorm::Spec spec{
        .eps = given.real("eps"), .momentum = given.real("momentum"), .zero_init = given.flag("zero_init")};
    ops::check(spec);
    return std::make_shared<const ops::BatchNorm>(spec);
  });
}

}  // namespace lehr::graph
