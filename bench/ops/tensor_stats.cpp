// What it costs to compute the statistics of a tensor, per element.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "lehr/backend/buffer.hpp"
#include "lehr/core/rng.hpp"

namespace lehr::bench {
namespace {

/// The output sizes of simple_cnn's first layer at batch sizes 512 and 64, and of its last layer
/// but one. After the activation, half of the values are zeros.
constexpr std::int64_t counts[] = {512 * 1568, 64 * 1568, 64 * 256};

void measure(benchmark::State& state, bool histograms, bool relu) {
  const std::int64_t count = state.range(0);
  std::vector<float> values(static_cast<std::size_t>(count));
  Rng random(1, Purpose::test);
  for (float& value : values) value = relu ? std::max(0.0F, random.normal()) : random.normal();
  const Buffer buffer(cpu_backend(), count);
  cpu_backend().upload(buffer.ref(), values);
  const auto probe = cpu_backend().probe({.histograms = histograms});
  TensorStats stats;
  for (auto _ : state) {
    probe->measure(buffer.ref(), stats);
    benchmark::DoNotOptimize(stats);
  }
  state.SetItemsProcessed(state.iterations() * count);
}

void arguments(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t count : counts) bench->Arg(count);
  bench->UseRealTime();
}

BENCHMARK_CAPTURE(measure, stats, false, true)->Apply(arguments);
BENCHMARK_CAPTURE(measure, stats_and_histograms_after_relu, true, true)->Apply(arguments);
BENCHMARK_CAPTURE(measure, stats_and_histograms, true, false)->Apply(arguments);

}  // namespace
}  // namespace lehr::bench
