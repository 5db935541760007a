// Every case on every backend: as the reference computes it, and the same again.
#include <cstring>

#include "backend/case_runner.hpp"
#include "backend/compare.hpp"
#include "backend/op_test.hpp"

namespace lehr::test {
namespace {

using Ops = OnBackend;
using Agreement = OnBackend;

TEST_P(Agreement, WithReference) {
  const std::vector<NamedTensor> actual = run_case(backend(), op_case());
  const std::vector<NamedTensor> expected = run_case(reference_backend(), op_case());
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(actual[i].name, expected[i].name);
    EXPECT_TRUE(near(logical_elements(actual[i].tensor), logical_elements(expected[i].tensor), tolerance()))
        << expected[i].name;
  }
}

// The same kernel twice, and another of the same spec: equal bits.
TEST_P(Ops, RepeatsItself) {
  const CaseData data(op_case());
  const std::vector<NamedTensor> expected = run_case(backend(), op_case());
  CaseRunner runner(backend(), op_case());
  for (int pass = 0; pass < 2; ++pass) {
    runner.forward(data);
    std::vector<NamedTensor> actual;
    actual.push_back({"output", runner.output()});
    if (op_case().spec.training) runner.backward(data);
    for (NamedTensor& result : runner.results()) actual.push_back(std::move(result));
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(std::memcmp(actual[i].tensor.data(), expected[i].tensor.data(), expected[i].tensor.bytes()),
                0)
          << expected[i].name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, Agreement,
                         testing::Combine(testing::Values(&cpu_backend()), testing::ValuesIn(all_cases())),
                         backend_and_case);
INSTANTIATE_TEST_SUITE_P(Backends, Ops, testing::Combine(every_backend(), testing::ValuesIn(all_cases())),
                         backend_and_case);

}  // namespace
}  // namespace lehr::test
