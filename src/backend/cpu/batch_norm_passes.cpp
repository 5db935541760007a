#include "backend/cpu/batch_norm_passes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/batch_norm_passes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "backend/cpu/activation-inl.hpp"
#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// Four vectors at a time: enough independent chains to hide the latency of an addition.
struct Quad {
  FloatVec a, b, c, d;
};

HWY_INLINE Quad load_quad(const float* from) {
  const FloatTag d;
  const std::int64_t n = float_lanes();
  return {hn::LoadU(d, from), hn::LoadU(d, from + n), hn::LoadU(d, from + 2 * n), hn::LoadU(d, from + 3 * n)};
}

HWY_INLINE void store_quad(const Quad& v, float* to) {
  const FloatTag d;
  const std::int64_t n = float_lanes();
  hn::StoreU(v.a, d, to);
  hn::StoreU(v.b, d, to + n);
  hn::StoreU(v.c, d, to + 2 * n);
  hn::StoreU(v.d, d, to + 3 * n);
}

template <class Function, class... Quads>
HWY_INLINE Quad each(const Function& function, const Quads&... v) {
  return {function(v.a...), function(v.b...), function(v.c...), function(v.d...)};
}

/// Calls body(offset, column, count) for `count` periods from `offset` on, in the quad of columns
/// at `column`. If a period is longer than a quad, the loop goes column by column over blocks of
/// periods that fit the first-level cache. No block has more than `most` periods.
template <class Body>
HWY_INLINE void for_quads(std::int64_t begin, std::int64_t end, std::int64_t period, std::int64_t most,
                          const Body& body) {
  constexpr std::int64_t block_floats = 4096;
  const std::int64_t quad = 4 * float_lanes();
  const std::int64_t in_cache =
      quad == period ? end - begin : std::max<std::int64_t>(4, block_floats / period);
  const std::int64_t block = std::min(in_cache, most);
  for (std::int64_t row = begin; row < end; row += block) {
    const std::int64_t count = std::min(block, end - row);
    for (std::int64_t column = 0; column < period; column += quad) {
      body(row * period + column, column, count);
    }
  }
}

/// Sums are computed in three steps, because a long sum in float loses part of each value to
/// rounding. Blocks of a few periods are summed in registers. Their sums are added to the float
/// tables. After `stretch` periods, the tables are added to the totals in double.
constexpr std::int64_t summed_periods = 64;
constexpr std::int64_t stretch = 512;

HWY_INLINE Quad zero_quad() {
  const FloatVec zero = hn::Zero(FloatTag());
  return {zero, zero, zero, zero};
}

HWY_INLINE void add_to_table(const Quad& v, float* table) {
  const Quad sum = load_quad(table);
  store_quad({hn::Add(sum.a, v.a), hn::Add(sum.b, v.b), hn::Add(sum.c, v.c), hn::Add(sum.d, v.d)}, table);
}

/// Adds the float tables to the totals and clears them.
HWY_INLINE void flush(const norm::Part& part, const norm::Sums& sums) {
  for (std::int64_t i = 0; i < part.period; i += part.channels) {
    for (std::int64_t c = 0; c < part.channels; ++c) {
      sums.first_total[c] += static_cast<double>(sums.first[i + c]);
      sums.second_total[c] += static_cast<double>(sums.second[i + c]);
    }
  }
  std::fill_n(sums.first, part.period, 0.0F);
  std::fill_n(sums.second, part.period, 0.0F);
}

/// Runs quads(begin, end) over stretches of periods that are short enough for float sums, then the
/// tail. Flushes after each.
template <class Quads, class Tail>
HWY_INLINE void sum_in_stretches(const norm::Part& part, const norm::Sums& sums, const Quads& quads,
                                 const Tail& tail) {
  std::fill_n(sums.first_total, part.channels, 0.0);
  std::fill_n(sums.second_total, part.channels, 0.0);
  std::fill_n(sums.first, part.period, 0.0F);
  std::fill_n(sums.second, part.period, 0.0F);
  for (std::int64_t row = 0; row < part.periods; row += stretch) {
    quads(row, std::min(part.periods, row + stretch));
    flush(part, sums);
  }
  if (part.tail > 0) {
    tail(part.periods * part.period);
    flush(part, sums);
  }
}

void SumForward(const norm::Part& part, const float* mean_table, const norm::Sums& sums) {
  const auto subtract = [](FloatVec x, FloatVec y) HWY_ATTR { return hn::Sub(x, y); };
  const auto add = [](FloatVec x, FloatVec y) HWY_ATTR { return hn::Add(x, y); };
  const auto add_square = [](FloatVec x, FloatVec y) HWY_ATTR { return hn::MulAdd(x, x, y); };
  const auto sum_quads = [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for_quads(begin, end, part.period, summed_periods,
              [&](std::int64_t offset, std::int64_t column, std::int64_t count) HWY_ATTR {
                const Quad mean = load_quad(mean_table + column);
                Quad sum = zero_quad();
                Quad squares = zero_quad();
                const float* x = part.input + offset;
                for (std::int64_t i = 0; i < count; ++i, x += part.period) {
                  const Quad centred = each(subtract, load_quad(x), mean);
                  sum = each(add, sum, centred);
                  squares = each(add_square, centred, squares);
                }
                add_to_table(sum, sums.first + column);
                add_to_table(squares, sums.second + column);
              });
  };
  const auto sum_tail = [&](std::int64_t start) HWY_ATTR {
    for_vectors(0, part.tail, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec centred = hn::Sub(access.load(part.input + start + i), access.load(mean_table + i));
      access.store(centred, sums.first + i);
      access.store(hn::Mul(centred, centred), sums.second + i);
    });
  };
  sum_in_stretches(part, sums, sum_quads, sum_tail);
}

template <ActivationKind kind>
HWY_INLINE void apply_forward_with(const norm::Part& part, const norm::Tables& tables,
                                   const FusedActivation& activation) {
  const auto normalise = [&](FloatVec x, FloatVec mean, FloatVec scale, FloatVec shift) HWY_ATTR {
    return activate<kind>(FloatTag(), hn::MulAdd(hn::Sub(x, mean), scale, shift), activation);
  };
  for_quads(0, part.periods, part.period, part.periods,
            [&](std::int64_t offset, std::int64_t column, std::int64_t count) HWY_ATTR {
              const Quad mean = load_quad(tables.mean + column);
              const Quad scale = load_quad(tables.scale + column);
              const Quad shift = load_quad(tables.shift + column);
              const float* x = part.input + offset;
              float* y = part.result + offset;
              for (std::int64_t i = 0; i < count; ++i, x += part.period, y += part.period) {
                store_quad(each(normalise, load_quad(x), mean, scale, shift), y);
              }
            });
  const std::int64_t start = part.periods * part.period;
  for_vectors(0, part.tail, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec y = normalise(access.load(part.input + start + i), access.load(tables.mean + i),
                                 access.load(tables.scale + i), access.load(tables.shift + i));
    access.store(y, part.result + start + i);
  });
}

void ApplyForward(const norm::Part& part, const norm::Tables& tables, const FusedActivation& activation) {
  with_activation(activation.kind, [&]<ActivationKind kind>()
                                       HWY_ATTR { apply_forward_with<kind>(part, tables, activation); });
}

constexpr bool reads_output(ActivationKind kind) {
  return kind == ActivationKind::sigmoid || kind == ActivationKind::tanh;
}

/// The gradient before the activation. `y` is the output; it is ignored if it is not needed.
template <ActivationKind kind>
HWY_INLINE FloatVec inner_grad(FloatVec centred, FloatVec y, FloatVec grad, FloatVec scale, FloatVec shift,
                               const FusedActivation& activation) {
  const FloatTag d;
  if constexpr (kind == ActivationKind::none) return grad;
  if constexpr (reads_output(kind)) return activation_grad<kind>(d, y, grad, activation);
  const FloatVec normalised = hn::MulAdd(centred, scale, shift);
  if constexpr (kind == ActivationKind::general_relu) {
    return activation_grad<kind>(d, activate<kind>(d, normalised, activation), grad, activation);
  }
  return activation_grad<kind>(d, normalised, grad,
                               activation);  // relu and leaky relu keep the sign
}

template <ActivationKind kind>
HWY_INLINE void sum_backward_with(const norm::Part& part, const norm::Tables& tables,
                                  const FusedActivation& activation, const norm::Sums& sums) {
  const float* const outputs = reads_output(kind) ? part.output : part.input;
  const auto subtract = [](FloatVec x, FloatVec y) HWY_ATTR { return hn::Sub(x, y); };
  const auto add = [](FloatVec x, FloatVec y) HWY_ATTR { return hn::Add(x, y); };
  const auto add_product = [](FloatVec x, FloatVec y, FloatVec z) HWY_ATTR { return hn::MulAdd(x, y, z); };
  const auto inner = [&](FloatVec centred, FloatVec y, FloatVec grad, FloatVec scale, FloatVec shift)
                         HWY_ATTR { return inner_grad<kind>(centred, y, grad, scale, shift, activation); };
  const auto sum_quads = [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    for_quads(begin, end, part.period, summed_periods,
              [&](std::int64_t offset, std::int64_t column, std::int64_t count) HWY_ATTR {
                const Quad mean = load_quad(tables.mean + column);
                const Quad scale = load_quad(tables.scale + column);
                const Quad shift = load_quad(tables.shift + column);
                Quad sum = zero_quad();
                Quad products = zero_quad();
                for (std::int64_t i = 0; i < count; ++i, offset += part.period) {
                  const Quad centred = each(subtract, load_quad(part.input + offset), mean);
                  const Quad grad = each(inner, centred, load_quad(outputs + offset),
                                         load_quad(part.output_grad + offset), scale, shift);
                  sum = each(add, sum, grad);
                  products = each(add_product, grad, centred, products);
                }
                add_to_table(sum, sums.first + column);
                add_to_table(products, sums.second + column);
              });
  };
  const auto sum_tail = [&](std::int64_t start) HWY_ATTR {
    for_vectors(0, part.tail, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec centred = hn::Sub(access.load(part.input + start + i), access.load(tables.mean + i));
      const FloatVec grad =
          inner(centred, access.load(outputs + start + i), access.load(part.output_grad + start + i),
                access.load(tables.scale + i), access.load(tables.shift + i));
      access.store(grad, sums.first + i);
      access.store(hn::Mul(grad, centred), sums.second + i);
    });
  };
  sum_in_stretches(part, sums, sum_quads, sum_tail);
}

void SumBackward(const norm::Part& part, const norm::Tables& tables, const FusedActivation& activation,
                 const norm::Sums& sums) {
  with_activation(activation.kind, [&]<ActivationKind kind>()
                                       HWY_ATTR { sum_backward_with<kind>(part, tables, activation, sums); });
}

template <ActivationKind kind>
HWY_INLINE void apply_backward_with(const norm::Part& part, const norm::Tables& tables,
                                    const FusedActivation& activation) {
  const float* const outputs = reads_output(kind) ? part.output : part.input;
  const auto input_grad = [&](FloatVec x, FloatVec y, FloatVec grad, FloatVec mean, FloatVec scale,
                              FloatVec shift, FloatVec slope, FloatVec offset) HWY_ATTR {
    const FloatVec centred = hn::Sub(x, mean);
    const FloatVec inner = inner_grad<kind>(centred, y, grad, scale, shift, activation);
    return hn::MulAdd(scale, inner, hn::MulAdd(slope, centred, offset));
  };
  for_quads(0, part.periods, part.period, part.periods,
            [&](std::int64_t at, std::int64_t column, std::int64_t count) HWY_ATTR {
              const Quad mean = load_quad(tables.mean + column);
              const Quad scale = load_quad(tables.scale + column);
              const Quad shift = load_quad(tables.shift + column);
              const Quad slope = load_quad(tables.grad_slope + column);
              const Quad offset = load_quad(tables.grad_offset + column);
              for (std::int64_t i = 0; i < count; ++i, at += part.period) {
                store_quad(each(input_grad, load_quad(part.input + at), load_quad(outputs + at),
                                load_quad(part.output_grad + at), mean, scale, shift, slope, offset),
                           part.result + at);
              }
            });
  const std::int64_t start = part.periods * part.period;
  for_vectors(0, part.tail, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec grad = input_grad(access.load(part.input + start + i), access.load(outputs + start + i),
                                     access.load(part.output_grad + start + i), access.load(tables.mean + i),
                                     access.load(tables.scale + i), access.load(tables.shift + i),
                                     access.load(tables.grad_slope + i), access.load(tables.grad_offset + i));
    access.store(grad, part.result + start + i);
  });
}

void ApplyBackward(const norm::Part& part, const norm::Tables& tables, const FusedActivation& activation) {
  with_activation(activation.kind, [&]<ActivationKind kind>()
                                       HWY_ATTR { apply_backward_with<kind>(part, tables, activation); });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(SumForward);
HWY_EXPORT(ApplyForward);
HWY_EXPORT(SumBackward);
HWY_EXPORT(ApplyBackward);

void norm::sum_forward(const Part& part, const float* mean, const Sums& sums) {
  HWY_DYNAMIC_DISPATCH(SumForward)(part, mean, sums);
}
void norm::apply_forward(const Part& part, const Tables& tables, const FusedActivation& activation) {
  HWY_DYNAMIC_DISPATCH(ApplyForward)(part, tables, activation);
}
bool norm::backward_reads_output(FusedActivation::Kind kind) {
  return kind == FusedActivation::Kind::sigmoid || kind == FusedActivation::Kind::tanh;
}
void norm::sum_backward(const Part& part, const Tables& tables, const FusedActivation& activation,
                        const Sums& sums) {
  HWY_DYNAMIC_DISPATCH(SumBackward)(part, tables, activation, sums);
}
void norm::apply_backward(const Part& part, const Tables& tables, const FusedActivation& activation) {
  HWY_DYNAMIC_DISPATCH(ApplyBackward)(part, tables, activation);
}

}  // namespace lehr::cpu
#endif
