#include "lehr/backend/machine_peak.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "lehr/core/clock.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/tensor.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/machine_peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int chains = 12;  // enough independent sums to hide the latency, but few enough for 16 registers

// Returns the number of floating-point operations.
double multiply_add(std::int64_t rounds, float* sink) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999F);
  const auto term = hn::Set(d, 1e-3F);
  // Each chain starts at another value. Otherwise the compiler would merge them.
  auto s0 = hn::Set(d, sink[0]), s1 = hn::Add(s0, term), s2 = hn::Add(s1, term), s3 = hn::Add(s2, term);
  auto s4 = hn::Add(s3, term), s5 = hn::Add(s4, term), s6 = hn::Add(s5, term), s7 = hn::Add(s6, term);
  auto s8 = hn::Add(s7, term), s9 = hn::Add(s8, term), s10 = hn::Add(s9, term), s11 = hn::Add(s10, term);
  for (std::int64_t round = 0; round < rounds; ++round) {
    s0 = hn::MulAdd(s0, factor, term), s1 = hn::MulAdd(s1, factor, term), s2 = hn::MulAdd(s2, factor, term);
    s3 = hn::MulAdd(s3, factor, term), s4 = hn::MulAdd(s4, factor, term), s5 = hn::MulAdd(s5, factor, term);
    s6 = hn::MulAdd(s6, factor, term), s7 = hn::MulAdd(s7, factor, term), s8 = hn::MulAdd(s8, factor, term);
    s9 = hn::MulAdd(s9, factor, term), s10 = hn::MulAdd(s10, factor, term),
    s11 = hn::MulAdd(s11, factor, term);
  }
  const auto low = hn::Add(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), hn::Add(s4, s5));
  const auto high = hn::Add(hn::Add(hn::Add(s6, s7), hn::Add(s8, s9)), hn::Add(s10, s11));
  *sink = hn::GetLane(hn::Add(low, high));
  return 2.0 * chains * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(d));
}

void scaled_copy(const float* from, float* to, std::int64_t count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto factor = hn::Set(d, 1.5F);
  for (std::int64_t i = 0; i + lanes <= count; i += lanes)
    hn::Stream(hn::Mul(hn::Load(d, from + i), factor), d, to + i);
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr {
namespace cpu {
HWY_EXPORT(multiply_add);
HWY_EXPORT(scaled_copy);
}  // namespace cpu

namespace {

constexpr int attempts = 10;

double measure_flops() {
  constexpr std::int64_t rounds = 1 << 20;
  std::vector<double> done(static_cast<std::size_t>(threads()));
  std::vector<float> sinks(done.size());
  double best = 0;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const Stopwatch watch;
    parallel_for(threads(), 1, [&](std::int64_t begin, std::int64_t end, int thread) {
      const auto at = static_cast<std::size_t>(thread);
      done[at] = 0;
      for (std::int64_t i = begin; i < end; ++i)
        done[at] += HWY_DYNAMIC_DISPATCH(cpu::multiply_add)(rounds, &sinks[at]);
    });
    best = std::max(best, std::reduce(done.begin(), done.end()) / watch.seconds());
  }
  return best;
}

double measure_bandwidth() {
  constexpr std::int64_t count = 1 << 25;  // 128 MiB in each direction
  const Tensor from({count}, DType::f32);
  Tensor to({count}, DType::f32);
  double best = 0;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const Stopwatch watch;
    parallel_for(count / 16, 1 << 10, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(cpu::scaled_copy)
      (from.elements<float>().data() + begin * 16, to.elements<float>().data() + begin * 16,
       (end - begin) * 16);
    });
    best = std::max(best, 2.0 * sizeof(float) * count / watch.seconds());
  }
  return best;
}

}  // namespace

MachinePeak measure_machine_peak() { return {measure_flops(), measure_bandwidth()}; }

}  // namespace lehr
#endif
