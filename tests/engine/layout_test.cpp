// A backend with other layouts: row-major everywhere, like PyTorch's.
#include <gtest/gtest.h>

#include <numeric>

#include "backend/host_backend.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/ops.hpp"
#include "support/device.hpp"

namespace lehr::test {
namespace {

/// Flattening row-major images copies nothing.
class RowMajorFlatten final : public HostKernel {
 public:
  std::string implementation() const override { return "alias"; }
  bool is_alias() const override { return true; }
  void forward(const KernelArgs&) override {}
  void backward(const KernelArgs&) override {}
};

class RowMajorBackend final : public HostBackend {
 public:
  RowMajorBackend() : HostBackend("row-major", nullptr) {
    registry().add_kernel("flatten", [](const KernelSpec&) { return std::make_unique<RowMajorFlatten>(); });
  }
  std::unique_ptr<TensorProbe> probe(const StatsSpec&) const override { return nullptr; }
  Strides activation_layout(const Shape& shape) const override { return contiguous_strides(shape); }
  Strides parameter_layout(const Shape& shape) const override { return contiguous_strides(shape); }
};

Tensor counted(const Shape& shape) {
  Tensor tensor(shape, DType::f32);
  std::iota(tensor.elements<float>().begin(), tensor.elements<float>().end(), 0.0F);
  return tensor;
}

std::vector<float> elements_of(const Tensor& tensor) {
  return {tensor.elements<float>().begin(), tensor.elements<float>().end()};
}

TEST(Layout, OfParametersIsTheBackends) {
  const RowMajorBackend backend;
  Graph graph;
  const NodeId image = graph.input("image", {DType::f32, {1, 2, 8, 8}});
  graph.add(ops::Conv2d({.out_channels = 3, .kernel = {5, 4}}), {image}, "conv");
  Parameters parameters(graph, backend);
  const Tensor weight = counted({3, 2, 5, 4});
  parameters.set("conv.weight", weight);
  EXPECT_EQ(elements_of(parameters.get("conv.weight")), elements_of(weight));
  EXPECT_EQ(on_host(parameters.value(parameters.entry("conv.weight"))), elements_of(weight));
}

TEST(Layout, OfActivationsIsTheBackendsAlsoForHostImages) {
  const RowMajorBackend backend;
  Graph graph;
  const NodeId image = graph.input("image", {DType::f32, {1, 2, 3, 4}});
  const NodeId flat = graph.add(ops::Flatten{}, {image}, "flat");
  Parameters parameters(graph, backend);
  Plan plan(graph, parameters, {.batch_size = 5, .mode = Mode::eval, .keep = {flat}});
  const Tensor images = counted({5, 2, 3, 4});
  Tensor channels_last(images.shape(), DType::f32, channels_last_strides(images.shape()));
  copy_elements(images.view<float>(), channels_last.view<float>());
  plan.bind_input(image, channels_last);
  plan.forward();
  EXPECT_EQ(on_host(plan.value(flat)), elements_of(images));
  EXPECT_EQ(elements_of(backend.download_tensor(plan.value(image))), elements_of(images));
}

}  // namespace
}  // namespace lehr::test
