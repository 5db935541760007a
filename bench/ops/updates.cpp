// Optimizer updates over one flat buffer, and the accumulation of gradients, measured in bytes.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "lehr/backend/buffer.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/optim/rules.hpp"

namespace lehr::bench {
namespace {

/// The 30 thousand parameters of simple_cnn, a million, and sixteen million, which do not fit in a cache.
constexpr std::int64_t counts[] = {30'152, 1 << 20, 1 << 24};

void count_bytes(benchmark::State& state, double streams, std::int64_t count) {
  state.counters["bytes/s"] =
      benchmark::Counter(streams * sizeof(float) * static_cast<double>(count),
                         benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

/// One matrix (3 x 3 kernels to 64 channels) and a vector of the remaining elements.
std::vector<UpdateTensor> tensors_of(std::int64_t count) {
  constexpr std::int64_t rows = 576;
  const std::int64_t columns = count / rows / 8 * 8;
  return {{.offset = 0, .rows = rows, .columns = columns, .rank = 4},
          {.offset = rows * columns, .rows = 1, .columns = count - rows * columns, .rank = 1}};
}

/// Buffers of one length. `streams` is the number of reads and writes per element.
void run_update(benchmark::State& state, const OptimizerSpec& optimizer, double streams) {
  const std::int64_t count = state.range(0);
  const auto update = cpu_backend().update(optimizer.update);
  const std::vector<UpdateTensor> tensors = tensors_of(count);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    values[static_cast<std::size_t>(i)] = static_cast<float>(i % 17) * 1e-3F;
  }
  const Buffer parameters(cpu_backend(), count);
  const Buffer gradients(cpu_backend(), count);
  cpu_backend().upload(gradients.ref(), values);
  std::vector<Buffer> states;
  std::vector<TensorRef> state_refs;
  for (int i = 0; i < update->states(); ++i) {
    state_refs.push_back(states.emplace_back(cpu_backend(), count).ref());
  }
  UpdateRates rates;
  rates.lr = 1e-3F;
  rates.momentum = static_cast<float>(optimizer.momentum);
  rates.weight_decay = static_cast<float>(optimizer.weight_decay);
  rates.decoupled_decay = static_cast<float>(optimizer.decoupled_decay);
  for (auto _ : state) {
    update->step({parameters.ref(), gradients.ref(), state_refs, tensors}, rates);
    ++rates.step;
  }
  count_bytes(state, streams, count);
}

/// The memory bandwidth with as many streams as Adam: four reads and three writes.
void move_seven_streams(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  std::vector<std::vector<float>> streams(4, std::vector<float>(static_cast<std::size_t>(count)));
  for (auto _ : state) {
    parallel_for(count, 4096, [&](std::int64_t begin, std::int64_t end, int) {
      const float* const from = streams[0].data();
      float* const a = streams[1].data();
      float* const b = streams[2].data();
      float* const c = streams[3].data();
      for (std::int64_t i = begin; i < end; ++i) {
        const float added = from[i];
        a[i] += added;
        b[i] += added;
        c[i] += added;
      }
    });
    benchmark::ClobberMemory();
  }
  count_bytes(state, 7, count);
}

void accumulate(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const Buffer to(cpu_backend(), count);
  const Buffer from(cpu_backend(), count);
  for (auto _ : state) cpu_backend().accumulate(to.ref(), from.ref());
  count_bytes(state, 3, count);
}

/// For each rule, the number of reads and writes per element: values, gradients and states.
const bool registered = [] {
  struct Rule {
    const char* name;
    OptimizerSpec spec;
    double streams;
  };
  const std::vector<Rule> rules{{"sgd", Sgd{}, 5},
                                {"adam", Adam{}, 7},
                                {"adamw", AdamW{}, 7},
                                {"rmsprop", RMSprop{}, 5},
                                {"rmsprop_centered", RMSprop{.momentum = 0.9, .centered = true}, 9},
                                {"adagrad", Adagrad{}, 5},
                                {"radam", RAdam{}, 7},
                                {"lookahead_adam", Lookahead{}, 7 + 4 / 6.0},
                                {"lamb", Lamb{}, 6 + 4},
                                {"lars", Lars{}, 5 + 2}};
  for (const Rule& rule : rules) {
    auto* made = benchmark::RegisterBenchmark(
        rule.name, [rule](benchmark::State& state) { run_update(state, rule.spec, rule.streams); });
    for (const std::int64_t count : counts) made->Arg(count);
    made->UseRealTime();
  }
  // Muon is limited by computation: a small network's matrix and one of 576 x 512.
  benchmark::RegisterBenchmark("muon", [](benchmark::State& state) { run_update(state, Muon{}, 5); })
      ->Arg(counts[0])
      ->Arg(576 * 512)
      ->UseRealTime();
  return true;
}();

BENCHMARK(move_seven_streams)->Arg(counts[0])->Arg(counts[1])->Arg(counts[2])->UseRealTime();
BENCHMARK(accumulate)->Arg(counts[0])->Arg(counts[1])->UseRealTime();

}  // namespace
}  // namespace lehr::bench
