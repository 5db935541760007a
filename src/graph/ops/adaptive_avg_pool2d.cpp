#include <numeric>

#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "graph/sliding.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view adaptive_avg_pool2d_name = "adaptive_avg_pool2d";

void check(const AdaptiveAvgPool2d::Spec& spec) {
  graph::expect_between(adaptive_avg_pool2d_name, "an output", spec.output, 1, graph::max_setting);
}

// Cells start at floor(i in / out) and end before ceil((i + 1) in / out). With in = q out + r, the
// largest cell spans q if r = 0. It spans q + 1 if r divides out, because then no cell contains
// parts of elements at both ends. Otherwise it spans up to q + 2.
std::int64_t largest_cell(std::int64_t in, std::int64_t out) {
  const std::int64_t rest = in % out;
  if (rest == 0) return in / out;
  return in / out + (std::gcd(rest, out) == rest ? 1 : 2);
}

std::int64_t rounded_up(std::int64_t in, std::int64_t out) { return (in + out - 1) / out; }

}  // namespace

Attributes AdaptiveAvgPool2d::attributes() const {
  Attributes all;
  all.set("output", graph::to_attribute(spec.output));
  return all;
}

TensorSpec AdaptiveAvgPool2d::infer(std::span<const TensorSpec> inputs) const {
  check(spec);
  const TensorSpec& image = graph::single_image(adaptive_avg_pool2d_name, inputs);
  return graph::checked_spec(adaptive_avg_pool2d_name, image.dtype,
                             {image.shape[0], image.shape[1], spec.output.h, spec.output.w});
}

std::optional<Window> AdaptiveAvgPool2d::window(std::span<const TensorSpec> inputs) const {
  const Shape& image = inputs[0].shape;
  return Window{.kernel_h = largest_cell(image[2], spec.output.h),
                .kernel_w = largest_cell(image[3], spec.output.w),
                .stride_h = rounded_up(image[2], spec.output.h),
                .stride_w = rounded_up(image[3], spec.output.w)};
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_adaptive_avg_pool2d(OpRegistry& registry) {
  registry.add_built_in(ops::adaptive_avg_pool2d_name, [](const Attributes& given) {
    const ops::AdaptiveAvgPool2d::Spec spec{.output = size2(given, "output")};
    ops::check(spec);
    return std::make_shared<const ops::AdaptiveAvgPool2d>(spec);
  });
}

}  // namespace lehr::graph
