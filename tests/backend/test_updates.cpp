// Optimizer rules from fixed gradients, against torch.optim or the paper's formula in float64:
// tests/goldens/updates.safetensors, written by tools/make_goldens.py.
#include <gtest/gtest.h>

#include "backend/compare.hpp"
#include "backend/op_test.hpp"
#include "backend/update_case.hpp"
#include "support/golden_file.hpp"

namespace lehr::test {
namespace {

std::vector<float> formula_row(const std::string& stream) {
  Tensor row(Shape{update_elements}, DType::f32);
  fill_tensor(row.view<float>(), stream);
  return {row.elements<float>().begin(), row.elements<float>().end()};
}

class Updates : public testing::TestWithParam<std::tuple<const Backend*, UpdateCase>> {
 protected:
  // Ranges of the flat buffer begin anywhere, so every buffer starts off its alignment.
  static constexpr std::size_t offset = 3;

  struct Buffer {
    std::shared_ptr<void> memory;
    float* data = nullptr;
  };
  Buffer allocate() const {
    const std::shared_ptr<void> memory = backend().allocate((update_elements + offset) * sizeof(float));
    return {memory, static_cast<float*>(memory.get()) + offset};
  }
  void upload(const Buffer& buffer, const std::vector<float>& values) const {
    backend().copy_in(buffer.data, values.data(), values.size() * sizeof(float));
  }
  std::vector<float> download(const Buffer& buffer) const {
    std::vector<float> values(update_elements);
    backend().copy_out(values.data(), buffer.data, values.size() * sizeof(float));
    return values;
  }
  const Backend& backend() const { return *std::get<0>(GetParam()); }
  const UpdateCase& update_case() const { return std::get<1>(GetParam()); }
};

TEST_P(Updates, FollowTheirSourceForTwentySteps) {
  static const auto goldens = read_golden_file(LEHR_SOURCE_DIR "/tests/goldens/updates.safetensors");
  const std::unique_ptr<Update> update = backend().update(update_case().spec);
  std::vector<Buffer> states;
  std::vector<float*> state_addresses;
  for (int i = 0; i < update->states(); ++i) {
    states.push_back(allocate());
    state_addresses.push_back(states.back().data);
  }
  const Buffer parameters = allocate();
  const Buffer gradients = allocate();
  upload(parameters, formula_row(update_case().name + "/parameters"));
  const auto golden = goldens.find(update_case().name + "/steps");
  ASSERT_NE(golden, goldens.end()) << update_case().name << ": run tools/make_goldens.py";
  for (std::int64_t step = 1; step <= update_steps; ++step) {
    upload(gradients, formula_row(update_case().name + "/gradient." + std::to_string(step)));
    update->apply({.parameters = parameters.data,
                   .gradients = gradients.data,
                   .states = state_addresses,
                   .count = update_elements,
                   .step = step,
                   .lr = update_case().lr,
                   .momentum = update_case().momentum,
                   .weight_decay = update_case().weight_decay,
                   .decoupled_decay = update_case().decoupled_decay,
                   .l1 = update_case().l1,
                   .tensors = update_tensors});
    const auto expected = std::span(golden->second)
                              .subspan(static_cast<std::size_t>((step - 1) * update_elements),
                                       static_cast<std::size_t>(update_elements));
    ASSERT_TRUE(near(download(parameters), expected, 1e-6)) << "after step " << step;
  }
}

TEST_P(Updates, StandStillWithoutGradients) {
  const UpdateCase& one = update_case();
  if (one.weight_decay != 0 || one.decoupled_decay != 0 || one.l1 != 0) return;
  if (one.spec.type == "muon" && one.spec.attributes.flag("normalise_weights")) return;
  const std::unique_ptr<Update> update = backend().update(one.spec);
  std::vector<Buffer> states;
  std::vector<float*> state_addresses;
  for (int i = 0; i < update->states(); ++i) {
    states.push_back(allocate());
    state_addresses.push_back(states.back().data);
  }
  const Buffer parameters = allocate();
  const Buffer gradients = allocate();
  const std::vector<float> before = formula_row("still");
  upload(parameters, before);
  for (std::int64_t step = 1; step <= 12; ++step) {
    update->apply({.parameters = parameters.data,
                   .gradients = gradients.data,
                   .states = state_addresses,
                   .count = update_elements,
                   .step = step,
                   .lr = one.lr,
                   .momentum = one.momentum,
                   .tensors = update_tensors});
  }
  EXPECT_EQ(download(parameters), before);
}

INSTANTIATE_TEST_SUITE_P(Backends, Updates,
                         testing::Combine(every_backend(), testing::ValuesIn(all_update_cases())),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param)->name()) + "_" +
                                  std::get<1>(test.param).name;
                         });

}  // namespace
}  // namespace lehr::test
