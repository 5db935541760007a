// A NaN must pass through every kernel. Otherwise it is impossible to find where a network
// diverged.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

using Kind = FusedActivation::Kind;

struct NanCase {
  const char* name;
  KernelSpec spec;
};

KernelSpec named(const char* type) {
  KernelSpec spec;
  spec.type = type;
  spec.name = type;
  return spec;
}

KernelSpec conv(std::int64_t size, std::int64_t groups) {
  KernelSpec spec = named("conv2d");
  const std::vector<std::int64_t> one{1, 1};
  spec.attributes = {{"out_channels", std::int64_t{16}},
                     {"kernel", one},
                     {"stride", one},
                     {"padding", std::vector<std::int64_t>{0, 0}},
                     {"dilation", one},
                     {"groups", groups},
                     {"bias", false}};
  spec.inputs = {{DType::f32, {2, 16, size, size}}};
  spec.output = spec.inputs[0];
  spec.parameters = {{DType::f32, {16, 16 / groups, 1, 1}}};
  return spec;
}

KernelSpec elementwise(const char* type, std::size_t inputs) {
  KernelSpec spec = named(type);
  spec.inputs.assign(inputs, {DType::f32, {2, 16, 5, 5}});
  spec.output = spec.inputs[0];
  return spec;
}

std::vector<NanCase> cases() {
  KernelSpec linear = named("linear");
  linear.attributes = {{"out_features", std::int64_t{8}}, {"bias", false}};
  linear.inputs = {{DType::f32, {4, 8}}};
  linear.output = {DType::f32, {4, 8}};
  linear.parameters = {{DType::f32, {8, 8}}};
  KernelSpec norm = elementwise("batch_norm", 1);
  norm.attributes = {{"eps", 1e-5}, {"momentum", 0.1}, {"zero_init", false}};
  norm.parameters.assign(4, {DType::f32, {16}});
  return {{"direct", conv(5, 1)}, {"grouped", conv(5, 2)}, {"large", conv(40, 1)},
          {"linear", linear},     {"norm", norm},          {"add", elementwise("add", 2)}};
}

class NanShows : public ::testing::TestWithParam<Kind> {};

TEST_P(NanShows, BehindEveryFusedKernel) {
  for (const Backend* backend : {&reference_backend(), &cpu_backend()}) {
    for (NanCase& one : cases()) {
      one.spec.activation = {.kind = GetParam(), .leak = 0.1F};
      const auto kernel = test::host_kernel(*backend, one.spec);
      std::vector<std::vector<float>> inputs;
      std::vector<const void*> input_addresses;
      for (const TensorSpec& input : one.spec.inputs) {
        inputs.emplace_back(static_cast<std::size_t>(input.shape.numel()), 0.5F);
      }
      for (std::vector<float>& input : inputs) input_addresses.push_back(input.data());
      inputs[0][3] = std::numeric_limits<float>::quiet_NaN();
      std::vector<std::vector<float>> parameters;
      std::vector<void*> parameter_addresses;
      for (const TensorSpec& parameter : one.spec.parameters) {
        parameters.emplace_back(static_cast<std::size_t>(parameter.shape.numel()), 0.25F);
      }
      for (std::vector<float>& parameter : parameters) parameter_addresses.push_back(parameter.data());
      std::vector<float> output(static_cast<std::size_t>(one.spec.output.shape.numel()), 1.0F);
      Tensor workspace({static_cast<std::int64_t>(kernel->workspace())}, DType::u8);
      KernelArgs args;
      args.inputs = input_addresses;
      args.output = output.data();
      args.parameters = parameter_addresses;
      args.workspace = workspace.data();
      kernel->forward(args);
      EXPECT_TRUE(std::isnan(output[3]))
          << one.name << " of " << backend->name() << ": " << kernel->implementation();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Activations, NanShows,
                         ::testing::Values(Kind::none, Kind::relu, Kind::leaky_relu, Kind::general_relu,
                                           Kind::sigmoid, Kind::tanh));

}  // namespace
}  // namespace lehr
