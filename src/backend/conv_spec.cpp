#include "lehr/backend/conv_spec.hpp"

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

std::int64_t first(const Attributes& attributes, std::string_view name) {
  return attributes.integers(name).at(0);
}
std::int64_t second(const Attributes& attributes, std::string_view name) {
  return attributes.integers(name).at(1);
}

}  // namespace

ConvSpec ConvSpec::from(const KernelSpec& spec) {
  const Attributes& a = spec.attributes;
  const Shape& in = spec.inputs.at(0).shape;
  const Shape& out = spec.output.shape;
  ConvSpec conv;
  conv.batch = in[0], conv.in_c = in[1], conv.in_h = in[2], conv.in_w = in[3];
  conv.out_c = out[1], conv.out_h = out[2], conv.out_w = out[3];
  conv.kernel_h = first(a, "kernel"), conv.kernel_w = second(a, "kernel");
  conv.stride_h = first(a, "stride"), conv.stride_w = second(a, "stride");
  conv.pad_h = first(a, "padding"), conv.pad_w = second(a, "padding");
  conv.dilation_h = first(a, "dilation"), conv.dilation_w = second(a, "dilation");
  conv.groups = a.integer("groups");
  conv.bias = a.flag("bias");
  return conv;
}

PoolSpec PoolSpec::from(const KernelSpec& spec) {
  const Attributes& a = spec.attributes;
  const Shape& in = spec.inputs.at(0).shape;
  const Shape& out = spec.output.shape;
  PoolSpec pool;
  pool.batch = in[0], pool.channels = in[1], pool.in_h = in[2], pool.in_w = in[3];
  pool.out_h = out[2], pool.out_w = out[3];
  pool.kernel_h = first(a, "kernel"), pool.kernel_w = second(a, "kernel");
  pool.stride_h = first(a, "stride"), pool.stride_w = second(a, "stride");
  pool.pad_h = first(a, "padding"), pool.pad_w = second(a, "padding");
  if (a.contains("count_include_pad")) pool.count_include_pad = a.flag("count_include_pad");
  return pool;
}

FusedActivation fused_activation(const Attributes& attributes) {
  using Kind = FusedActivation::Kind;
  const std::string& kind = attributes.text("kind");
  FusedActivation fused;
  fused.leak = static_cast<float>(attributes.real("leak"));
  fused.subtract = static_cast<float>(attributes.real("subtract"));
  fused.clamp = static_cast<float>(attributes.real("clamp"));
  if (kind == "relu") fused.kind = Kind::relu;
  if (kind == "leaky_relu") fused.kind = Kind::leaky_relu;
  if (kind == "general_relu") fused.kind = Kind::general_relu;
  if (kind == "sigmoid") fused.kind = Kind::sigmoid;
  if (kind == "tanh") fused.kind = Kind::tanh;
  return fused;
}

}  // namespace lehr
