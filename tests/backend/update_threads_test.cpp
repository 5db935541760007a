// Every rule with every instruction set and thread count, over buffers that are long enough for
// several threads. The gaps between tensors must not change.
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>

#include "backend/compare.hpp"
#include "backend/op_test.hpp"
#include "backend/update_case.hpp"
#include "lehr/core/parallel.hpp"
#include "support/device.hpp"

namespace lehr::test {
namespace {

constexpr std::int64_t elements = 32'011;
constexpr std::array tensors{UpdateTensor{.offset = 0, .rows = 30, .columns = 609, .rank = 2},
                             UpdateTensor{.offset = 18'283, .rows = 1, .columns = 1'001, .rank = 1},
                             UpdateTensor{.offset = 19'295, .rows = 155, .columns = 82, .rank = 4}};

bool in_a_tensor(std::int64_t i) {
  return std::ranges::any_of(
      tensors, [&](const UpdateTensor& t) { return i >= t.offset && i < t.offset + t.count(); });
}

std::vector<float> values_with_gaps(const std::string& stream) {
  std::vector<float> values(elements);
  const std::uint32_t number = stream_of(stream);
  for (std::int64_t i = 0; i < elements; ++i) {
    if (in_a_tensor(i)) {
      values[static_cast<std::size_t>(i)] = formula_value(number, static_cast<std::uint32_t>(i));
    }
  }
  return values;
}

/// Parameters and states after a few steps.
struct Outcome {
  std::vector<float> parameters = values_with_gaps("parameters");
  std::vector<std::vector<float>> states{};
};

Outcome run(const Backend& backend, const UpdateCase& update_case, std::int64_t steps) {
  Outcome outcome;
  const std::unique_ptr<Update> update = backend.update(update_case.spec);
  const Buffer parameters = buffer_of(backend, outcome.parameters);
  std::vector<Buffer> buffers;
  std::vector<TensorRef> states;
  for (int i = 0; i < update->states(); ++i) {
    states.push_back(buffers.emplace_back(backend, elements).ref());
  }
  for (std::int64_t step = 1; step <= steps; ++step) {
    const Buffer gradients = buffer_of(backend, values_with_gaps("gradient." + std::to_string(step)));
    update->step(
        {.parameters = parameters.ref(), .gradients = gradients.ref(), .states = states, .tensors = tensors},
        update_case.rates(step));
  }
  outcome.parameters = on_host(parameters.ref());
  for (const TensorRef& state : states) outcome.states.push_back(on_host(state));
  return outcome;
}

class LongUpdates : public testing::TestWithParam<UpdateCase> {
 protected:
  void TearDown() override {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    set_threads(threads_before_);
  }
  int threads_before_ = threads();
};

TEST_P(LongUpdates, EqualTheReferenceOnEveryInstructionSetAndThreadCount) {
  constexpr std::int64_t steps = 3;
  const std::vector<float> expected = run(reference_backend(), GetParam(), steps).parameters;
  const std::int64_t best = hwy::SupportedTargets();
  for (std::int64_t target = 1; target != 0 && target <= (std::int64_t{1} << 61); target <<= 1) {
    if ((best & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    for (const int count : {1, 3}) {
      set_threads(count);
      EXPECT_TRUE(near(run(cpu_backend(), GetParam(), steps).parameters, expected, 1e-6))
          << hwy::TargetName(target) << " on " << count << " threads";
    }
  }
}

TEST_P(LongUpdates, AreTheSameBitForBitInEveryRun) {
  for (const int count : {1, 2}) {
    set_threads(count);
    const Outcome first = run(cpu_backend(), GetParam(), 2);
    const Outcome second = run(cpu_backend(), GetParam(), 2);
    EXPECT_EQ(first.parameters, second.parameters) << count << " threads";
    EXPECT_EQ(first.states, second.states) << count << " threads";
  }
}

TEST_P(LongUpdates, LeaveTheGapsAtZero) {
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    const Outcome outcome = run(*backend, GetParam(), 2);
    std::int64_t touched = 0;
    for (std::int64_t i = 0; i < elements; ++i) {
      if (in_a_tensor(i)) continue;
      const auto at = static_cast<std::size_t>(i);
      if (outcome.parameters[at] != 0) ++touched;
      for (const std::vector<float>& state : outcome.states) touched += state[at] != 0 ? 1 : 0;
    }
    EXPECT_EQ(touched, 0) << backend->name();
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, LongUpdates, testing::ValuesIn(all_update_cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace lehr::test
