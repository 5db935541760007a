// The gradients of the reference backend, compared with central differences of its outputs.
#include "backend/case_runner.hpp"
#include "backend/compare.hpp"
#include "backend/op_test.hpp"

namespace lehr::test {
namespace {

std::vector<OpCase> differentiable_cases() {
  std::vector<OpCase> found;
  for (const OpCase& op_case : all_cases()) {
    if (op_case.spec.training && op_case.finite_differences) found.push_back(op_case);
  }
  return found;
}

class FiniteDifferences : public testing::TestWithParam<OpCase> {
 protected:
  // Returns sum(output * output_grad). backward computes the gradients of this sum.
  double objective() {
    runner_.forward(data_);
    const Tensor output = runner_.output();
    double sum = 0;
    for (std::size_t i = 0; i < output.elements<float>().size(); ++i) {
      sum += static_cast<double>(output.elements<float>()[i]) *
             static_cast<double>(data_.output_grad.elements<float>()[i]);
    }
    return sum;
  }

  struct Slopes {
    double below, above;
  };

  // The slopes to the left and to the right.
  Slopes slopes(float& element) {
    constexpr float step = 0x1p-9F;
    const float middle = element;
    const double centre = objective();
    element = middle + step;
    const double above = (objective() - centre) / static_cast<double>(element - middle);
    element = middle - step;
    const double below = (centre - objective()) / static_cast<double>(middle - element);
    element = middle;
    return {below, above};
  }

  // Elements next to a kink are skipped, because the slopes of the two sides differ there.
  void check(const std::string& name, Tensor& values, const Tensor& gradient) {
    const std::span<float> elements = values.elements<float>();
    const std::span<const float> gradients = gradient.elements<float>();
    const double scale = std::max(largest_magnitude(gradients), 1e-3);
    const std::size_t samples = std::min<std::size_t>(elements.size(), 24);
    std::size_t checked = 0;
    for (std::size_t sample = 0; sample < samples; ++sample) {
      const std::size_t i = sample * 7919 % elements.size();
      const auto [below, above] = slopes(elements[i]);
      if (std::abs(above - below) > 8e-3 * scale) continue;
      ++checked;
      EXPECT_NEAR((above + below) / 2, static_cast<double>(gradients[i]), 5e-3 * scale)
          << name << " element " << i;
    }
    EXPECT_GE(checked * 2 + 1, samples) << name << ": too many kinks";
  }

  CaseData data_{GetParam()};
  CaseRunner runner_{reference_backend(), GetParam()};
};

TEST_P(FiniteDifferences, MatchBackward) {
  for (const NamedTensor& result : run_case(reference_backend(), GetParam())) {
    const std::size_t dot = result.name.find('.');
    const std::string kind = result.name.substr(0, dot);
    if (kind != "input_grad" && kind != "parameter_grad") continue;
    const std::size_t index = std::stoul(result.name.substr(dot + 1));
    check(result.name, kind == "input_grad" ? data_.inputs[index] : data_.parameters[index], result.tensor);
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, FiniteDifferences, testing::ValuesIn(differentiable_cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace lehr::test
