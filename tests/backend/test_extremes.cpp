// Both backends at extreme inputs, compared with tests/goldens/extremes.safetensors, which
// tools/make_extremes.py writes. The reference backend is tested too: otherwise an error that it
// shares with a kernel would not be found.
#include <algorithm>
#include <limits>

#include "backend/case_runner.hpp"
#include "backend/compare.hpp"
#include "backend/extreme_case.hpp"
#include "backend/golden_samples.hpp"
#include "backend/op_test.hpp"
#include "graph/every_op.hpp"
#include "support/golden_file.hpp"

namespace lehr::test {

Fill choices(std::vector<float> values) { return {.choices = std::move(values)}; }
Fill all(float value) { return choices({value}); }

const std::vector<ExtremeCase>& extreme_cases() {
  static const std::vector<ExtremeCase> cases = [] {
    std::vector<ExtremeCase> list;
    for (const auto& part : {extreme_activations(), extreme_losses(), extreme_sums()}) {
      list.insert(list.end(), part.begin(), part.end());
    }
    return list;
  }();
  return cases;
}

void PrintTo(const ExtremeCase& extreme, std::ostream* out) { *out << extreme.op_case.name; }

namespace {

struct Allowed {
  double relative = 0;  ///< of the element itself
  double absolute = 0;
};

/// NaN if NaN is expected, the same infinity, or close to the expected value.
bool agrees(float actual, float expected, const Allowed& allowed) {
  if (!std::isfinite(expected)) {
    return std::isnan(expected) ? std::isnan(actual) : actual == expected;
  }
  const double difference = std::abs(static_cast<double>(actual) - static_cast<double>(expected));
  return difference <= allowed.absolute + allowed.relative * std::abs(static_cast<double>(expected));
}

double largest_finite(std::span<const float> values) {
  double largest = 0;
  for (const float value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  return largest;
}

class Extremes : public testing::TestWithParam<std::tuple<const Backend*, ExtremeCase>> {
 protected:
  const Backend& backend() const { return *std::get<0>(GetParam()); }
  const ExtremeCase& extreme() const { return std::get<1>(GetParam()); }
  /// Numbers that are too small for a float's full precision may be lost.
  Allowed allowed(const std::string& result, std::span<const float> expected) const {
    constexpr double smallest = std::numeric_limits<float>::min();
    constexpr double rounding = 1.2e-7;
    if (!extreme().finite) return {.relative = 1e-6, .absolute = 3e-7};  // PyTorch's own, in float32
    const bool reference = backend().name() == "reference";
    if (result == "output" && extreme().output_relative > 0) {
      return {.relative = reference ? rounding : extreme().output_relative, .absolute = smallest};
    }
    const double share = reference ? rounding : extreme().of_largest;
    return {.absolute = smallest + extreme().absolute + share * largest_finite(expected)};
  }
};

TEST_P(Extremes, AreRight) {
  static const auto goldens = read_golden_file(LEHR_SOURCE_DIR "/tests/goldens/extremes.safetensors");
  for (const NamedTensor& result : run_case(backend(), extreme().op_case)) {
    const std::string name = extreme().op_case.name + "/" + result.name;
    const auto golden = goldens.find(name);
    ASSERT_NE(golden, goldens.end()) << name << " is not in the golden file: run tools/make_extremes.py";
    const std::vector<float>& expected = golden->second;
    const std::vector<float> actual = golden_samples(logical_elements(result.tensor));
    ASSERT_EQ(actual.size(), expected.size()) << name;
    const Allowed near = allowed(result.name, expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_TRUE(agrees(actual[i], expected[i], near))
          << name << "[" << i << "] is " << actual[i] << " instead of " << expected[i] << ", allowed "
          << near.relative << " relative and " << near.absolute << " absolute";
    }
  }
}

TEST(ExtremeCases, CoverEveryOperation) {
  const Graph graph = every_op();
  for (const Node& node : graph.nodes()) {
    if (node.op == nullptr) continue;
    const bool covered = std::ranges::any_of(
        extreme_cases(), [&](const ExtremeCase& one) { return one.op_case.spec.type == node.op->type(); });
    EXPECT_TRUE(covered) << node.op->type();
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Extremes,
                         testing::Combine(every_backend(), testing::ValuesIn(extreme_cases())),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param)->name()) + "_" +
                                  std::get<1>(test.param).op_case.name;
                         });

}  // namespace
}  // namespace lehr::test
