// The cost of the loop and its callbacks: an epoch of 20,000 images with simple_cnn and Adam.
#include <benchmark/benchmark.h>

#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/terminate_on_non_finite.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"

namespace {

using namespace lehr;

/// A callback that does nothing.
class Idle final : public Callback {
 public:
  std::string_view name() const override { return "Idle"; }
};

enum class With {
  nothing,
  idle_callbacks,
  non_finite_checks,
  stats,
  stats_and_histograms,
  stats_and_gradients
};

void epoch(benchmark::State& state, With with) {
  static const DataSplits data = data::digits({.train = 20000, .valid = 100});
  Learner learner(models::simple_cnn({.batch_norm = true}), data,
                  {.batch_size = state.range(0), .validate = false});
  if (with == With::idle_callbacks) {
    for (int i = 0; i < 10; ++i) learner.add(Idle());
  }
  if (with == With::non_finite_checks) learner.add(TerminateOnNonFinite());
  if (with == With::stats) learner.add(ActivationStats({.every = 1, .histograms = false}));
  if (with == With::stats_and_histograms) learner.add(ActivationStats({.every = 1}));
  if (with == With::stats_and_gradients) learner.add(ActivationStats({.every = 1, .gradients = true}));
  for (auto _ : state) learner.fit(1, 1e-3);
  if (with >= With::stats) state.counters["measured"] = learner.callback<ActivationStats>().overhead();
  state.counters["images/s"] =
      benchmark::Counter(20000, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

void arguments(benchmark::internal::Benchmark* bench) {
  bench->Arg(64)->Arg(512)->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(epoch, alone, With::nothing)->Apply(arguments);
BENCHMARK_CAPTURE(epoch, ten_idle_callbacks, With::idle_callbacks)->Apply(arguments);
BENCHMARK_CAPTURE(epoch, non_finite_checks, With::non_finite_checks)->Apply(arguments);
BENCHMARK_CAPTURE(epoch, stats, With::stats)->Apply(arguments);
BENCHMARK_CAPTURE(epoch, stats_and_histograms, With::stats_and_histograms)->Apply(arguments);
BENCHMARK_CAPTURE(epoch, stats_and_gradients, With::stats_and_gradients)->Apply(arguments);

}  // namespace
