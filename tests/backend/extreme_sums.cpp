#include <limits>

#include "backend/extreme_case.hpp"

namespace lehr::test {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Inputs for batch norm and pooling.
struct Image {
  std::string name;
  Shape shape;
  Fill input = {};
  Fill grad = {};
};

const Shape small{4, 3, 3, 5};
/// 45,000 values per channel.
const Shape large{2, 1, 150, 150};

ExtremeCase batch_norm(const Image& image, double of_largest = 5e-7) {
  const Shape channels{image.shape[1]};
  OpCase made = training_case("extreme_batch_norm_" + image.name, "batch_norm",
                              {{"eps", 1e-5}, {"momentum", 0.1}, {"zero_init", false}}, {floats(image.shape)},
                              image.shape, {channels, channels, channels, channels});
  made.states = 2;
  made.input_fills = {image.input};
  made.parameter_fills = {{.scale = 1, .offset = 1}, {}, {}, {.scale = 1, .offset = 1}};
  made.output_grad_fill = image.grad;
  return {.op_case = made, .of_largest = of_largest};
}

/// Gradients of 0 result from differences of gradients.
ExtremeCase without_spread(ExtremeCase made, double absolute = 1e-6) {
  made.absolute = absolute;
  return made;
}

ExtremeCase global_average(const Image& image) {
  const Shape out{image.shape[0], image.shape[1], 1, 1};
  OpCase made = training_case("extreme_global_average_" + image.name, "adaptive_avg_pool2d",
                              {{"output", std::vector<std::int64_t>{1, 1}}}, {floats(image.shape)}, out);
  made.input_fills = {image.input};
  return {.op_case = made, .of_largest = 2e-7};
}

ExtremeCase pool(const std::string& type, const std::string& name, const Fill& input, std::int64_t pad = 0) {
  const std::vector<std::int64_t> pads{pad, pad};
  Attributes attributes{{"kernel", std::vector<std::int64_t>{3, 3}},
                        {"stride", std::vector<std::int64_t>{2, 2}},
                        {"padding", pads}};
  if (type == "avg_pool2d") attributes.set("count_include_pad", false);
  const std::int64_t out = (7 + 2 * pad - 3) / 2 + 1;
  OpCase made = training_case("extreme_" + type + "_" + name, type, attributes, {floats({2, 3, 7, 7})},
                              {2, 3, out, out});
  made.input_fills = {input};
  return {.op_case = made};
}

ExtremeCase non_finite(ExtremeCase made) {
  made.finite = false;
  return made;
}

struct Product {
  std::string name;
  Fill input = {};
  Fill weight = {};
  Fill grad = {};
};

ExtremeCase linear(const Product& product, std::int64_t batch, std::int64_t in, std::int64_t out,
                   double of_largest = 1e-6) {
  OpCase made =
      training_case("extreme_linear_" + product.name, "linear", {{"out_features", out}, {"bias", true}},
                    {floats({batch, in})}, {batch, out}, {{out, in}, {out}});
  made.input_fills = {product.input};
  made.parameter_fills = {product.weight, all(0)};
  made.output_grad_fill = product.grad;
  return {.op_case = made, .of_largest = of_largest};
}

ExtremeCase conv(const Product& product, const Shape& images, double of_largest = 1e-6) {
  const std::int64_t channels = images[1];
  const std::vector<std::int64_t> one{1, 1};
  OpCase made = training_case("extreme_conv2d_" + product.name, "conv2d",
                              {{"out_channels", channels},
                               {"kernel", std::vector<std::int64_t>{3, 3}},
                               {"stride", one},
                               {"padding", one},
                               {"dilation", one},
                               {"groups", std::int64_t{1}},
                               {"bias", true}},
                              {floats(images)}, images, {{channels, channels, 3, 3}, {channels}});
  made.input_fills = {product.input};
  made.parameter_fills = {product.weight, all(0)};
  made.output_grad_fill = product.grad;
  return {.op_case = made, .of_largest = of_largest};
}

ExtremeCase elementwise(const std::string& type, const std::string& name, const Fill& fill,
                        const Attributes& attributes = {}, std::size_t inputs = 1) {
  const Shape size{5, 17};
  OpCase made = training_case("extreme_" + type + "_" + name, type, attributes,
                              std::vector(inputs, floats(size)), size);
  if (type == "concat") made.spec.output = floats({5, 17 * static_cast<std::int64_t>(inputs)});
  made.input_fills.assign(inputs, fill);
  return {.op_case = made};
}

std::vector<ExtremeCase> norms() {
  const Fill uniform{};
  return {without_spread(batch_norm({"constant", small, all(3.7F)})),
          without_spread(batch_norm({"constant_1e4", small, all(12345.678F)})),
          batch_norm({"nearly_constant", small, choices({1, 1.0000001F})}),
          batch_norm({"mean_1e4", {16, 3, 9, 9}, {.scale = 3.4F, .offset = 1e4F}}),
          batch_norm({"mean_minus_1e6", {16, 3, 9, 9}, {.scale = 340, .offset = -1e6F}}),
          batch_norm({"of_1e18", small, choices({1e18F, -1e18F, 3e18F})}),
          // The squares are too small for a float. The gradient has a factor of 1e-39, which a
          // float stores with few digits.
          batch_norm({"of_1e19", small, choices({3e19F, -3e19F})}, 5e-6),
          batch_norm({"of_1e_18", small, choices({1e-18F, -1e-18F, 3e-18F})}),
          without_spread(batch_norm({"zero", small, all(0)})),
          batch_norm({"two_values", {2, 3, 1, 1}, choices({1, -1, 5})}),
          batch_norm({"tiny_gradient", small, uniform, {.scale = 1e-30F}}), batch_norm({"large", large}),
          batch_norm({"large_mean_100", large, {.scale = 2, .offset = 100}}),
          without_spread(batch_norm({"large_equal_gradients", large, uniform, all(0.1F)}), 1e-3),
          // The weight's gradient is the small rest of positive and negative terms that add up to
          // 20,000.
          batch_norm({"large_positive_gradients", large, uniform, {.scale = 1, .offset = 0.6F}}, 2e-5)};
}

std::vector<ExtremeCase> pools() {
  const Fill with_nan = choices({nan, 1, 2, 3, 4, 5, 6, 7});
  const Fill with_infinity = choices({infinity, -infinity, 1, 2, 3, 4, 5, 6});
  return {global_average({"equal", large, all(0.1F)}),
          global_average({"positive", large, {.scale = 1, .offset = 0.6F}}),
          global_average({"mean_1e4", large, {.scale = 2, .offset = 1e4F}}),
          global_average({"one_row", {2, 1, 1, 45000}, all(0.1F)}),
          global_average({"one_column", {2, 1, 45000, 1}, all(0.1F)}),
          global_average({"of_1e30", small, choices({1e30F, -1e30F, 3e30F})}),
          global_average({"of_1e_30", small, choices({1e-30F, -1e-30F, 3e-30F})}),
          pool("max_pool2d", "ties", choices({1, 2, -0.0F, 0.0F})),
          pool("max_pool2d", "lowest", choices({-3.4e38F, -3.3e38F}), 1),
          non_finite(pool("max_pool2d", "nan", with_nan, 1)),
          non_finite(pool("max_pool2d", "infinite", with_infinity, 1)),
          non_finite(pool("max_pool2d", "minus_infinite", all(-infinity), 1)),
          pool("avg_pool2d", "of_1e37", choices({1e37F, -1e37F}), 1),
          non_finite(pool("avg_pool2d", "nan", with_nan, 1)),
          non_finite(pool("avg_pool2d", "infinite", with_infinity, 1))};
}

}  // namespace

std::vector<ExtremeCase> extreme_sums() {
  std::vector<ExtremeCase> list = norms();
  for (ExtremeCase& one : pools()) list.push_back(std::move(one));
  const Fill huge = choices({1e18F, -1e18F, 0});
  const Fill tiny = choices({1e-18F, -1e-18F, 0});
  const Fill mixed = choices({1e38F, -1e38F, 1, 0});
  const Fill positive{.scale = 1, .offset = 0.6F};
  const Fill any = choices({nan, infinity, -infinity, 1});
  list.push_back(linear({"huge", huge, huge, tiny}, 4, 33, 5));
  list.push_back(linear({"tiny", tiny, tiny, huge}, 4, 33, 5));
  list.push_back(linear({"one", all(1e38F), all(1e-38F), all(1e-38F)}, 1, 1, 1));
  list.push_back(linear({"many_samples", positive, all(0.3F), all(0.1F)}, 5000, 2, 3, 3e-6));
  list.push_back(conv({"huge", huge, huge, tiny}, {2, 3, 5, 5}));
  list.push_back(conv({"tiny", tiny, tiny, huge}, {2, 3, 5, 5}));
  // oneDNN's sums over this many positions are inexact. PyTorch also uses oneDNN and has the same
  // errors.
  list.push_back(conv({"large", positive, all(0.3F), all(0.1F)}, {1, 1, 150, 150}, 1e-4));
  list.push_back(conv({"many_images", positive, all(0.3F), all(0.1F)}, {128, 1, 16, 16}, 3e-6));
  list.push_back(elementwise("add", "mixed", mixed, {}, 2));
  list.push_back(non_finite(elementwise("add", "any", any, {}, 2)));
  list.push_back(elementwise("concat", "mixed", mixed, {}, 2));
  list.push_back(non_finite(elementwise("concat", "any", any, {}, 2)));
  list.push_back(elementwise("flatten", "mixed", mixed));
  list.push_back(elementwise("dropout", "nearly_all", all(1e30F), {{"p", 0.75}}));
  list.push_back(elementwise("dropout", "none", mixed, {{"p", 0.0}}));
  list.push_back(elementwise("dropout", "all", mixed, {{"p", 1.0}}));
  return list;
}

}  // namespace lehr::test
