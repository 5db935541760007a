// conv2d and linear, measured in floating-point operations.
#include "ops/op_bench.hpp"

namespace lehr::bench {
namespace {

struct Conv {
  const char* name;
  std::int64_t in_c, size, out_c, kernel, stride;
};

// simple_cnn at 28 x 28, then ResNet-18's stem and one convolution of each stage at 224 x 224.
constexpr Conv simple_cnn[] = {{"conv1", 1, 28, 8, 5, 2},
                               {"conv2", 8, 14, 16, 3, 2},
                               {"conv3", 16, 7, 32, 3, 2},
                               {"conv4", 32, 4, 64, 3, 2},
                               {"conv5", 64, 2, 10, 3, 2}};
constexpr Conv resnet[] = {{"stem", 3, 224, 64, 7, 2},     {"layer1", 64, 56, 64, 3, 1},
                           {"layer2", 128, 28, 128, 3, 1}, {"layer3", 256, 14, 256, 3, 1},
                           {"layer4", 512, 7, 512, 3, 1},  {"downsample", 64, 56, 128, 1, 2}};

bool add_conv(const std::string& network, const Conv& c, std::int64_t batch) {
  const std::int64_t pad = c.kernel / 2;
  const std::int64_t out = (c.size + 2 * pad - c.kernel) / c.stride + 1;
  const auto both = [](std::int64_t v) { return std::vector<std::int64_t>{v, v}; };
  OpBench bench;
  bench.spec = training_spec("conv2d",
                             {{"out_channels", c.out_c},
                              {"kernel", both(c.kernel)},
                              {"stride", both(c.stride)},
                              {"padding", both(pad)},
                              {"dilation", both(1)},
                              {"groups", std::int64_t{1}},
                              {"bias", true}},
                             {floats({batch, c.in_c, c.size, c.size})}, {batch, c.out_c, out, out},
                             {Shape{c.out_c, c.in_c, c.kernel, c.kernel}, Shape{c.out_c}});
  bench.flops = 2.0 * static_cast<double>(batch * out * out * c.out_c * c.in_c * c.kernel * c.kernel);
  return add_op("conv2d/" + network + "." + c.name + "/" + std::to_string(batch), bench);
}

bool add_linear(std::int64_t batch, std::int64_t in, std::int64_t out) {
  OpBench bench;
  bench.spec = training_spec("linear", {{"out_features", out}, {"bias", true}}, {floats({batch, in})},
                             {batch, out}, {Shape{out, in}, Shape{out}});
  bench.flops = 2.0 * static_cast<double>(batch * in * out);
  return add_op("linear/" + std::to_string(in) + "x" + std::to_string(out) + "/" + std::to_string(batch),
                bench);
}

[[maybe_unused]] const bool registered = [] {
  for (const std::int64_t batch : {64, 512}) {
    for (const Conv& conv : simple_cnn) add_conv("simple_cnn", conv, batch);
    add_linear(batch, 784, 128);
    add_linear(batch, 512, 1000);
  }
  for (const Conv& conv : resnet) add_conv("resnet", conv, 16);
  return true;
}();

}  // namespace
}  // namespace lehr::bench
