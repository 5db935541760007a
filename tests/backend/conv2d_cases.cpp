#include <algorithm>

#include "backend/op_case.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::test {
namespace {

using Spec = ops::Conv2d::Spec;

std::int64_t extent(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                    std::int64_t dilation) {
  return (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

std::vector<std::int64_t> pair(const ops::Size2& size) { return {size.h, size.w}; }

OpCase conv(const std::string& name, const Shape& in, const Spec& s) {
  const Shape out{in[0], s.out_channels, extent(in[2], s.kernel.h, s.stride.h, s.padding.h, s.dilation.h),
                  extent(in[3], s.kernel.w, s.stride.w, s.padding.w, s.dilation.w)};
  const Attributes attributes{{"out_channels", s.out_channels},
                              {"kernel", pair(s.kernel)},
                              {"stride", pair(s.stride)},
                              {"padding", pair(s.padding)},
                              {"dilation", pair(s.dilation)},
                              {"groups", s.groups},
                              {"bias", s.bias}};
  std::vector<Shape> parameters{{s.out_channels, in[1] / s.groups, s.kernel.h, s.kernel.w}};
  if (s.bias) parameters.push_back({s.out_channels});
  OpCase made = training_case("conv2d_" + name, "conv2d", attributes, {floats(in)}, out, parameters);
  const std::int64_t window = s.kernel.h * s.kernel.w;
  made.terms = static_cast<double>(
      std::max({in[1] / s.groups * window, s.out_channels / s.groups * window, out[0] * out[2] * out[3]}));
  made.parameter_fills = {{.scale = 1}};
  return made;
}

OpCase without_input_grad(OpCase op_case) {
  op_case.name = op_case.spec.name = op_case.name + "_without_input_grad";
  op_case.spec.input_grads = {false};
  return op_case;
}

OpCase frozen(OpCase op_case) {
  op_case.name = op_case.spec.name = op_case.name + "_frozen";
  op_case.spec.parameter_grads = false;
  return op_case;
}

std::vector<OpCase> conv2d_cases() {
  const OpCase plain = conv("plain", {3, 3, 6, 7}, {.out_channels = 10, .padding = {1, 1}});
  const OpCase strided =
      conv("stride2", {2, 10, 7, 8}, {.out_channels = 17, .stride = {2, 2}, .padding = {1, 1}});
  std::vector<OpCase> list{
      plain,
      strided,
      evaluated(plain),
      without_input_grad(strided),
      frozen(strided),
      conv("one_pixel", {1, 3, 1, 1}, {.out_channels = 10, .kernel = {1, 1}}),
      conv("one_pixel_padded", {5, 10, 1, 1}, {.out_channels = 17, .padding = {1, 1}}),
      conv("two_pixels_to_one", {5, 16, 2, 2}, {.out_channels = 10, .stride = {2, 2}, .padding = {1, 1}}),
      conv("kernel_beyond_image", {1, 1, 3, 2}, {.out_channels = 3, .kernel = {5, 5}, .padding = {2, 2}}),
      conv("kernel7_beyond_image", {2, 3, 4, 5},
           {.out_channels = 8, .kernel = {7, 7}, .stride = {2, 2}, .padding = {3, 3}}),
      conv("first_layer", {3, 1, 12, 11},
           {.out_channels = 8, .kernel = {5, 5}, .stride = {2, 2}, .padding = {2, 2}}),
      conv("first_layer_28", {2, 1, 28, 28},
           {.out_channels = 8, .kernel = {5, 5}, .stride = {2, 2}, .padding = {2, 2}}),
      conv("rgb_first_layer", {1, 3, 9, 9}, {.out_channels = 16, .padding = {1, 1}, .bias = false}),
      conv("stride3", {3, 3, 8, 7}, {.out_channels = 10, .stride = {3, 3}}),
      conv("stride_over_kernel", {3, 10, 5, 7}, {.out_channels = 3, .kernel = {1, 1}, .stride = {2, 3}}),
      conv("pointwise", {3, 17, 4, 3}, {.out_channels = 10, .kernel = {1, 1}, .bias = false}),
      conv("downsample", {3, 4, 8, 8},
           {.out_channels = 8, .kernel = {1, 1}, .stride = {2, 2}, .bias = false}),
      conv("dilation2", {1, 3, 7, 8}, {.out_channels = 10, .padding = {2, 2}, .dilation = {2, 2}}),
      conv("dilation_and_stride", {3, 10, 9, 8},
           {.out_channels = 3, .stride = {2, 1}, .padding = {1, 2}, .dilation = {2, 3}}),
      conv("uneven", {3, 3, 5, 9},
           {.out_channels = 17, .kernel = {1, 4}, .stride = {1, 2}, .padding = {0, 2}}),
      conv("tall", {1, 10, 9, 1}, {.out_channels = 1, .kernel = {3, 1}, .padding = {2, 0}}),
      conv("groups2", {3, 10, 5, 6}, {.out_channels = 6, .padding = {1, 1}, .groups = 2}),
      conv("groups_dilated", {1, 12, 6, 5},
           {.out_channels = 9, .padding = {2, 2}, .dilation = {2, 2}, .groups = 3, .bias = false}),
      conv("depthwise", {3, 17, 5, 6}, {.out_channels = 17, .padding = {1, 1}, .groups = 17}),
      conv("depthwise_twice", {1, 3, 7, 7},
           {.out_channels = 6, .stride = {2, 2}, .padding = {1, 1}, .groups = 3}),
      conv("one_channel", {5, 1, 6, 6}, {.out_channels = 1, .padding = {1, 1}}),
      conv("wide", {2, 32, 4, 4}, {.out_channels = 64, .stride = {2, 2}, .padding = {1, 1}}),
      conv("many_images", {33, 8, 14, 14}, {.out_channels = 16, .stride = {2, 2}, .padding = {1, 1}}),
  };
  for (const OpCase& base : {plain, strided}) {
    for (OpCase& fused : with_each_activation(base)) list.push_back(std::move(fused));
  }
  list.push_back(activated(evaluated(strided), {.kind = FusedActivation::Kind::relu}));
  list.push_back(activated(without_input_grad(plain), {.kind = FusedActivation::Kind::relu}));
  list.push_back(activated(frozen(plain), {.kind = FusedActivation::Kind::relu}));
  list.push_back(activated(conv("groups2_fused", {3, 10, 5, 6}, {.out_channels = 6, .groups = 2}),
                           {.kind = FusedActivation::Kind::relu}));
  return list;
}

const CaseList conv2d_list{conv2d_cases()};

}  // namespace
}  // namespace lehr::test
