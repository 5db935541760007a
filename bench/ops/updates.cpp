// Optimizer updates over one flat buffer, and the accumulation of gradients: counted in bytes.
#include <benchmark/benchmark.h>

#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr::bench {
namespace {

/// Buffers of one length; `streams` of them are read or written at each element.
void run_update(benchmark::State& state, const UpdateSpec& spec, float momentum, double streams) {
  const std::int64_t count = state.range(0);
  const auto update = cpu_backend().update(spec);
  std::vector<std::shared_ptr<void>> buffers;
  const auto allocate = [&] {
    buffers.push_back(cpu_backend().allocate(static_cast<std::size_t>(count) * sizeof(float)));
    return static_cast<float*>(buffers.back().get());
  };
  UpdateArgs args;
  args.parameters = allocate();
  float* const gradients = allocate();
  for (std::int64_t i = 0; i < count; ++i) gradients[i] = static_cast<float>(i % 17) * 1e-3F;
  args.gradients = gradients;
  std::vector<float*> states;
  for (int i = 0; i < update->states(); ++i) states.push_back(allocate());
  args.states = states;
  args.count = count;
  args.lr = 1e-3F;
  args.momentum = momentum;
  for (auto _ : state) {
    update->apply(args);
    ++args.step;
  }
  state.counters["bytes/s"] =
      benchmark::Counter(streams * sizeof(float) * static_cast<double>(count),
                         benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

void sgd(benchmark::State& state) {
  run_update(state, {"sgd", {{"dampening", 0.0}, {"nesterov", false}}}, 0.9F, 5);
}
void adam(benchmark::State& state) {
  run_update(state, {"adam", {{"beta2", 0.999}, {"eps", 1e-8}}}, 0.9F, 7);
}

void accumulate(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const auto to = cpu_backend().allocate(static_cast<std::size_t>(count) * sizeof(float));
  const auto from = cpu_backend().allocate(static_cast<std::size_t>(count) * sizeof(float));
  for (auto _ : state) {
    cpu_backend().accumulate(static_cast<float*>(to.get()), static_cast<const float*>(from.get()), count);
  }
  state.counters["bytes/s"] =
      benchmark::Counter(3.0 * sizeof(float) * static_cast<double>(count),
                         benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

// simple_cnn's 30 thousand parameters, and a million.
BENCHMARK(sgd)->Arg(30152)->Arg(1 << 20)->UseRealTime();
BENCHMARK(adam)->Arg(30152)->Arg(1 << 20)->UseRealTime();
BENCHMARK(accumulate)->Arg(30152)->Arg(1 << 20)->UseRealTime();

}  // namespace
}  // namespace lehr::bench
