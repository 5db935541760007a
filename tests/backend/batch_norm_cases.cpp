#include "backend/op_case.hpp"

namespace lehr::test {
namespace {

OpCase batch_norm(const std::string& name, const Shape& shape, double eps = 1e-5, double momentum = 0.1) {
  const Shape channels{shape[1]};
  OpCase made = training_case("batch_norm_" + name, "batch_norm",
                              {{"eps", eps}, {"momentum", momentum}, {"zero_init", false}}, {floats(shape)},
                              shape, {channels, channels, channels, channels});
  made.states = 2;
  made.parameter_fills = {{.scale = 1, .offset = 1}, {}, {}, {.scale = 1, .offset = 1}};
  made.terms = static_cast<double>(shape.numel() / shape[1]);
  return made;
}

std::vector<OpCase> batch_norm_cases() {
  OpCase far_mean = batch_norm("far_mean", {4, 3, 5, 5});
  far_mean.input_fills = {{.scale = 2, .offset = 8}};
  far_mean.terms *= 64;  // the mean is 16 standard deviations away
  OpCase frozen = batch_norm("frozen", {3, 10, 3, 3});
  frozen.spec.parameter_grads = false;
  OpCase without_input_grad = batch_norm("without_input_grad", {3, 10, 3, 3});
  without_input_grad.spec.input_grads = {false};
  std::vector<OpCase> list{batch_norm("plain", {3, 10, 5, 4}),
                           batch_norm("one_channel", {1, 1, 3, 5}),
                           batch_norm("one_pixel", {5, 17, 1, 1}),
                           batch_norm("two_values", {2, 3, 1, 1}, 0.01),
                           batch_norm("one_image", {1, 3, 6, 7}, 1e-3, 0.5),
                           batch_norm("wide", {2, 64, 3, 2}),
                           batch_norm("many_images", {33, 8, 7, 7}),
                           evaluated(batch_norm("plain", {3, 10, 5, 4})),
                           evaluated(batch_norm("one_value", {1, 17, 1, 1})),
                           far_mean,
                           frozen,
                           without_input_grad};
  const OpCase fused_base = batch_norm("fused", {3, 17, 4, 3});
  for (OpCase& fused : with_each_activation(fused_base)) list.push_back(std::move(fused));
  for (OpCase& fused : with_each_activation(evaluated(fused_base))) list.push_back(std::move(fused));
  return list;
}

const CaseList batch_norm_list{batch_norm_cases()};

}  // namespace
}  // namespace lehr::test
