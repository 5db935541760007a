// Every case on every backend: equal to the reference, and repeatable.
#include <algorithm>
#include <cstring>
#include <iterator>

#include "backend/case_runner.hpp"
#include "backend/compare.hpp"
#include "backend/op_test.hpp"

namespace lehr::test {
namespace {

using Ops = OnBackend;
using Agreement = OnBackend;
using FrozenOps = OnBackend;

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

// A kernel must report each element once, and only when it has its final value.
TEST_P(Ops, TellProbesTheTruth) {
  const CaseData data(op_case());
  CaseRunner runner(backend(), op_case());
  runner.forward(data);
  if (op_case().spec.training) runner.backward(data);
  for (const RecordingProbe* probe : runner.probes()) EXPECT_EQ(probe->mistake(), "");
}

// The kernels that take most of a training's time must report everything that they write, because
// this is the cheapest way to measure.
TEST(HotKernels, TellProbesOfAllThatTheyWrite) {
  int found = 0;
  for (const OpCase& one : all_cases()) {
    CaseRunner runner(cpu_backend(), one);
    const bool hot = one.spec.type == "batch_norm" || runner.implementation().starts_with("direct");
    if (!hot || !one.spec.training) continue;
    ++found;
    const CaseData data(one);
    runner.forward(data);
    runner.backward(data);
    for (const RecordingProbe* probe : runner.probes())
      EXPECT_EQ(probe->reported(), probe->size()) << one.name;
  }
  EXPECT_GT(found, 5);
}

// The same kernel run twice, and another kernel of the same spec, give equal bits.
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

// A plan passes the addresses of the gradients even to the kernel of a frozen node.
TEST_P(FrozenOps, WriteTheSameInputGradientsAndNoOthers) {
  OpCase frozen = op_case();
  frozen.spec.parameter_grads = false;
  const CaseData data(frozen);
  CaseRunner runner(backend(), frozen);
  runner.forward(data);
  runner.backward(data);
  EXPECT_FALSE(runner.wrote_unwanted_grads());
  const std::vector<NamedTensor> trained = run_case(backend(), op_case());
  for (const NamedTensor& found : runner.results()) {
    const auto same_name = [&](const NamedTensor& one) { return one.name == found.name; };
    const auto expected = std::ranges::find_if(trained, same_name);
    ASSERT_NE(expected, trained.end()) << found.name;
    EXPECT_EQ(std::memcmp(found.tensor.data(), expected->tensor.data(), found.tensor.bytes()), 0)
        << found.name;
  }
}

std::vector<OpCase> cases_with_parameters() {
  std::vector<OpCase> found;
  std::ranges::copy_if(all_cases(), std::back_inserter(found), [](const OpCase& one) {
    const bool passes_on = std::ranges::find(one.spec.input_grads, true) != one.spec.input_grads.end();
    return one.spec.training && !one.spec.parameters.empty() && passes_on;
  });
  return found;
}

INSTANTIATE_TEST_SUITE_P(Backends, FrozenOps,
                         testing::Combine(every_backend(), testing::ValuesIn(cases_with_parameters())),
                         backend_and_case);
INSTANTIATE_TEST_SUITE_P(Backends, Agreement,
                         testing::Combine(testing::Values(&cpu_backend()), testing::ValuesIn(all_cases())),
                         backend_and_case);
INSTANTIATE_TEST_SUITE_P(Backends, Ops, testing::Combine(every_backend(), testing::ValuesIn(all_cases())),
                         backend_and_case);

}  // namespace
}  // namespace lehr::test
