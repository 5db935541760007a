#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/ops/dropout.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstring>

#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/dropout_mask.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_DROPOUT_DRAW_
#define LEHR_BACKEND_CPU_DROPOUT_DRAW_
/// The random words of one layer at one step, and how to use them.
struct DropoutDraw {
  std::uint64_t seed;
  std::uint32_t step;
  std::uint32_t node_key;
  std::uint32_t threshold;  ///< an element is kept if its word is below this
  float scale;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

using WordTag = hn::RebindToUnsigned<FloatTag>;
using WordVec = hn::Vec<WordTag>;

struct Words {
  WordVec a, b, c, d;
};

/// The upper halves of the products of 32-bit words. y has the same value in all lanes.
HWY_INLINE WordVec multiply_high(WordVec x, WordVec y) {
  const WordTag d;
  const hn::RepartitionToWide<WordTag> wide;
  const auto even = hn::MulEven(x, y);
  // Valid because all lanes of y are equal.
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(wide, x))), y);
  return hn::BitCast(d, hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even))));
}

/// Philox 4x32 with ten rounds on a vector of counters, as lehr::philox4x32.
HWY_INLINE Words philox(Words counter, std::uint64_t seed) {
  const WordTag d;
  const WordVec multiplier0 = hn::Set(d, 0xD2511F53U);
  const WordVec multiplier1 = hn::Set(d, 0xCD9E8D57U);
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const WordVec high0 = multiply_high(counter.a, multiplier0);
    const WordVec high1 = multiply_high(counter.c, multiplier1);
    const WordVec low0 = hn::Mul(counter.a, multiplier0);
    const WordVec low1 = hn::Mul(counter.c, multiplier1);
    counter = {hn::Xor(hn::Xor(high1, counter.b), hn::Set(d, key0)), low1,
               hn::Xor(hn::Xor(high0, counter.d), hn::Set(d, key1)), low0};
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return counter;
}

/// Masks and scales elements 4 begin to 4 end (at most count) of `from`.
void DropoutBlocks(const float* from, float* to, std::int64_t begin, std::int64_t end, std::int64_t count,
                   const DropoutDraw& draw) {
  const FloatTag d;
  const WordTag dw;
  const std::int64_t lanes = float_lanes();
  const WordVec threshold = hn::Set(dw, draw.threshold);
  const FloatVec scale = hn::Set(d, draw.scale);
  HWY_ALIGN std::uint32_t words[4 * hn::MaxLanes(WordTag())];
  for (std::int64_t block = begin; block < end; block += lanes) {
    const Words drawn = philox({hn::Iota(dw, static_cast<std::uint32_t>(block)),
                                hn::Set(dw, static_cast<std::uint32_t>(Purpose::dropout)),
                                hn::Set(dw, draw.step), hn::Set(dw, draw.node_key)},
                               draw.seed);
    hn::StoreInterleaved4(drawn.a, drawn.b, drawn.c, drawn.d, dw, words);
    const std::int64_t start = 4 * block;
    const std::int64_t stop = std::min({count, 4 * end, start + 4 * lanes});
    for_vectors(start, stop, [&](std::int64_t i, auto access) HWY_ATTR {
      const auto kept = hn::RebindMask(d, hn::Lt(hn::Load(dw, words + (i - start)), threshold));
      access.store(hn::IfThenElseZero(kept, hn::Mul(access.load(from + i), scale)), to + i);
    });
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(DropoutBlocks);

/// The mask is drawn again in backward, because that is cheaper than keeping it.
class Dropout final : public HostKernel {
 public:
  explicit Dropout(const KernelSpec& spec)
      : count_(spec.output.shape.numel()),
        training_(spec.training),
        input_grad_(wants_input_grad(spec, 0)),
        node_key_(dropout_node_key(spec.name)),
        threshold_(dropout_threshold(spec.attributes.real("p"))),
        scale_(dropout_scale(spec.attributes.real("p"))) {}
  std::string implementation() const override { return training_ ? simd_implementation() : "alias"; }
  bool is_alias() const override { return !training_; }
  void forward(const KernelArgs& args) override { run(args, floats(args.inputs[0]), floats(args.output)); }
  void backward(const KernelArgs& args) override {
    if (input_grad_) run(args, floats(args.output_grad), floats(args.input_grads[0]));
  }

 private:
  void run(const KernelArgs& args, const float* from, float* to) const {
    if (!training_ || threshold_ > 0xFFFFFFFFU) {  // keeps all elements
      std::memcpy(to, from, static_cast<std::size_t>(count_) * sizeof(float));
      return;
    }
    const DropoutDraw draw{args.seed, static_cast<std::uint32_t>(args.step), node_key_,
                           static_cast<std::uint32_t>(threshold_), scale_};
    parallel_for((count_ + 3) / 4, elements_per_thread / 8, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(DropoutBlocks)(from, to, begin, end, count_, draw);
    });
  }

  std::int64_t count_;
  bool training_;
  bool input_grad_;
  std::uint32_t node_key_;
  std::uint64_t threshold_;
  float scale_;
};

}  // namespace

void register_dropout(KernelRegistry& registry) {
  registry.add_kernel("dropout", [](const KernelSpec& spec) { return std::make_unique<Dropout>(spec); });
}

}  // namespace lehr::cpu
#endif
