// Optimizer rules with fixed gradients, compared with torch.optim or the paper's formula in
// float64: tests/goldens/updates.safetensors, which tools/make_goldens.py writes.
#include <gtest/gtest.h>

#include "backend/compare.hpp"
#include "backend/op_test.hpp"
#include "backend/update_case.hpp"
#include "support/device.hpp"
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
  // Ranges of the flat buffer can begin anywhere, so every range starts unaligned.
  static constexpr std::int64_t offset = 3;

  TensorRef allocate() {
    buffers_.emplace_back(backend(), update_elements + offset);
    return buffers_.back().ref().part(offset, update_elements);
  }
  std::vector<TensorRef> allocate_states(const Update& update) {
    std::vector<TensorRef> states;
    for (int i = 0; i < update.states(); ++i) states.push_back(allocate());
    return states;
  }
  const Backend& backend() const { return *std::get<0>(GetParam()); }
  const UpdateCase& update_case() const { return std::get<1>(GetParam()); }

 private:
  std::vector<Buffer> buffers_;
};

TEST_P(Updates, FollowTheirSourceForTwentySteps) {
  static const auto goldens = read_golden_file(LEHR_SOURCE_DIR "/tests/goldens/updates.safetensors");
  const std::unique_ptr<Update> update = backend().update(update_case().spec);
  const std::vector<TensorRef> states = allocate_states(*update);
  const TensorRef parameters = allocate();
  const TensorRef gradients = allocate();
  put(parameters, formula_row(update_case().name + "/parameters"));
  const auto golden = goldens.find(update_case().name + "/steps");
  ASSERT_NE(golden, goldens.end()) << update_case().name << ": run tools/make_goldens.py";
  for (std::int64_t step = 1; step <= update_steps; ++step) {
    put(gradients, formula_row(update_case().name + "/gradient." + std::to_string(step)));
    update->step(
        {.parameters = parameters, .gradients = gradients, .states = states, .tensors = update_tensors},
        update_case().rates(step));
    const auto expected = std::span(golden->second)
                              .subspan(static_cast<std::size_t>((step - 1) * update_elements),
                                       static_cast<std::size_t>(update_elements));
    ASSERT_TRUE(near(on_host(parameters), expected, 1e-6)) << "after step " << step;
  }
}

TEST_P(Updates, StandStillWithoutGradients) {
  const UpdateCase& one = update_case();
  if (one.weight_decay != 0 || one.decoupled_decay != 0 || one.l1 != 0) return;
  if (one.spec.type == "muon" && one.spec.attributes.flag("normalise_weights")) return;
  const std::unique_ptr<Update> update = backend().update(one.spec);
  const std::vector<TensorRef> states = allocate_states(*update);
  const TensorRef parameters = allocate();
  const TensorRef gradients = allocate();
  const std::vector<float> before = formula_row("still");
  put(parameters, before);
  for (std::int64_t step = 1; step <= 12; ++step) {
    update->step(
        {.parameters = parameters, .gradients = gradients, .states = states, .tensors = update_tensors},
        one.rates(step));
  }
  EXPECT_EQ(on_host(parameters), before);
}

INSTANTIATE_TEST_SUITE_P(Backends, Updates,
                         testing::Combine(every_backend(), testing::ValuesIn(all_update_cases())),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param)->name()) + "_" +
                                  std::get<1>(test.param).name;
                         });

}  // namespace
}  // namespace lehr::test
