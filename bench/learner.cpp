// What the loop and its callbacks cost: an epoch of 20,000 images with simple_cnn and Adam.
#include <benchmark/benchmark.h>

#include "lehr/callbacks/terminate_on_non_finite.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace {

using namespace lehr;

/// Listens to nothing.
class Idle final : public Callback {
 public:
  std::string_view name() const override { return "Idle"; }
};

enum class With { nothing, idle_callbacks, non_finite_checks };

void epoch(benchmark::State& state, With with) {
  static const DataSplits data = data::digits({.train = 20000, .valid = 100});
  Learner learner(models::simple_cnn({.batch_norm = true}), data,
                  {.batch_size = state.range(0), .validate = false});
  if (with == With::idle_callbacks) {
    for (int i = 0; i < 10; ++i) learner.add(Idle());
  }
  if (with == With::non_finite_checks) learner.add(TerminateOnNonFinite());
  for (auto _ : state) learner.fit(1, 1e-3);
  state.counters["images/s"] =
      benchmark::Counter(20000, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

BENCHMARK_CAPTURE(epoch, alone, With::nothing)
    ->Arg(64)
    ->Arg(512)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(epoch, ten_idle_callbacks, With::idle_callbacks)
    ->Arg(64)
    ->Arg(512)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(epoch, non_finite_checks, With::non_finite_checks)
    ->Arg(64)
    ->Arg(512)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
