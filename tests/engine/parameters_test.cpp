#include "lehr/engine/parameters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <type_traits>

#include "lehr/core/error.hpp"
#include "lehr/models/models.hpp"
#include "support/device.hpp"

namespace lehr {
namespace {

TEST(Parameters, GoInAndComeOutInPyTorchsOrder) {
  Parameters parameters(models::simple_cnn({.batch_norm = true}), cpu_backend());
  for (const ParameterEntry& entry : parameters.entries()) {
    Tensor value(entry.shape, DType::f32);
    std::iota(value.elements<float>().begin(), value.elements<float>().end(), 1.0F);
    parameters.set(entry.name, value);
    const Tensor back = parameters.get(entry.name);
    EXPECT_TRUE(std::ranges::equal(back.elements<float>(), std::as_const(value).elements<float>()))
        << entry.name;
  }
}

TEST(Parameters, LieOutputLastInTheFlatBuffer) {
  Graph graph;
  const NodeId x = graph.input("x", {DType::f32, {1, 2, 8, 8}});
  graph.add(ops::Conv2d({.out_channels = 3, .kernel = {5, 4}, .bias = false}), {x}, "conv");
  Parameters parameters(graph, cpu_backend());
  Tensor value({3, 2, 5, 4}, DType::f32);
  value.view<float>().at(2, 1, 4, 3) = 7;
  parameters.set("conv.weight", value);
  EXPECT_EQ(test::on_host(parameters.values())[((4 * 4 + 3) * 2 + 1) * 3 + 2], 7.0F);
}

TEST(Parameters, KeepStatesApartFromWhatIsTrained) {
  Parameters parameters(models::simple_cnn({.batch_norm = true}), cpu_backend());
  EXPECT_FALSE(parameters.grad(parameters.entry("1.running_mean")));
  EXPECT_TRUE(parameters.grad(parameters.entry("1.weight")));
  EXPECT_THROW(parameters.get_grad("1.running_var"), Error);
}

TEST(Parameters, NameWhatIsWrong) {
  Parameters parameters(models::simple_cnn({}), cpu_backend());
  try {
    parameters.get("0.wieght");
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("\"0.weight\""), std::string::npos) << error.what();
  }
  EXPECT_THROW(parameters.set("0.weight", Tensor({8, 1, 5, 4}, DType::f32)), BadInput);
  EXPECT_THROW(parameters.set("0.weight", Tensor({8, 1, 5, 5}, DType::i64)), BadInput);
}

// A snapshot that changes with the original would compare a training with itself.
static_assert(!std::is_copy_constructible_v<Parameters> && !std::is_move_constructible_v<Parameters>);

void fill(Parameters& parameters, float value) {
  parameters.backend().fill(parameters.values(), value);
  parameters.backend().fill(parameters.grads(), value + 1);
  parameters.backend().fill(parameters.states(), value + 2);
}

float first(const ConstTensorRef& values) { return test::on_host(values).front(); }

TEST(Parameters, ASnapshotStaysAsItIs) {
  Parameters parameters(models::simple_cnn({.batch_norm = true}), cpu_backend());
  fill(parameters, 1);
  const std::unique_ptr<Parameters> before = parameters.snapshot();
  fill(parameters, 7);
  EXPECT_EQ(first(before->values()), 1);
  EXPECT_EQ(first(before->grads()), 2);
  EXPECT_EQ(first(before->states()), 3);
  EXPECT_EQ(before->get("1.weight").elements<float>()[0], 1);
  const DeviceMemory* memory = &parameters.values().memory();
  parameters.restore(*before);
  EXPECT_EQ(&parameters.values().memory(), memory);
  EXPECT_EQ(first(parameters.values()), 1);
  EXPECT_EQ(first(parameters.grads()), 2);
  EXPECT_EQ(first(parameters.states()), 3);
  parameters.restore(parameters);
  EXPECT_EQ(first(parameters.values()), 1);
}

TEST(Parameters, RefuseASnapshotOfAnotherModel) {
  Parameters parameters(models::simple_cnn({}), cpu_backend());
  const Parameters other(models::simple_cnn({.batch_norm = true}), cpu_backend());
  EXPECT_THROW(parameters.restore(other), BadInput);
  EXPECT_NO_THROW(parameters.restore(*Parameters(models::simple_cnn({}), cpu_backend()).snapshot()));
}

}  // namespace
}  // namespace lehr
