#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/ops/cross_entropy.cpp"
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/soft_cross_entropy.hpp"
#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"

#ifndef LEHR_BACKEND_CPU_OPS_CROSS_ENTROPY_ONCE_
#define LEHR_BACKEND_CPU_OPS_CROSS_ENTROPY_ONCE_
namespace lehr::cpu {

/// ln of the sum of e^x over a row is top + log.
struct LogSum {
  float top;   ///< the largest x
  double log;  ///< ln of the sum of e^(x - top)
};

}  // namespace lehr::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// Calls body(begin, end) for blocks of classes that are small enough for an accurate float sum.
template <class Body>
HWY_INLINE void for_class_blocks(std::int64_t classes, const Body& body) {
  const std::int64_t block = 32 * float_lanes();
  for (std::int64_t i = 0; i < classes; i += block) body(i, std::min(classes, i + block));
}

/// Writes the softmax of one row. All values are relative to the largest logit. A sum of both would
/// lose the digits of the logarithm if the logits are large.
LogSum SoftmaxRow(const float* logits, float* probabilities, std::int64_t classes) {
  const FloatTag d;
  FloatVec highest = hn::Set(d, logits[0]);
  for_vectors(0, classes, [&](std::int64_t i, auto access) HWY_ATTR {
    highest = hn::Max(highest, access.keep(access.load(logits + i), highest));
  });
  const FloatVec top = hn::MaxOfLanes(d, highest);
  double sum = 0;
  for_class_blocks(classes, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    FloatVec sums = hn::Zero(d);
    for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec x = access.load(logits + i);
      const FloatVec shifted = hn::Sub(x, top);
      // Exp changes NaN to 0, which would hide that training diverged.
      const FloatVec e = hn::IfThenElse(hn::IsNaN(shifted), shifted, hn::Exp(d, shifted));
      sums = hn::Add(sums, access.keep(e, hn::Zero(d)));
      access.store(e, probabilities + i);
    });
    sum += sum_of_lanes(sums);
  });
  const FloatVec inverse = hn::Set(d, static_cast<float>(1 / sum));
  for_vectors(0, classes, [&](std::int64_t i, auto access) HWY_ATTR {
    access.store(hn::Mul(access.load(probabilities + i), inverse), probabilities + i);
  });
  return {hn::GetLane(top), std::log(sum)};
}

/// sum of share * weights[c] * (top - logits[c]). Null weights mean ones. No term is negative, so
/// there is no cancellation.
double WeightedSum(const float* logits, const float* weights, std::int64_t classes, float top, float share) {
  const FloatTag d;
  const FloatVec tops = hn::Set(d, top);
  const FloatVec shares = hn::Set(d, share);
  double sum = 0;
  for_class_blocks(classes, [&](std::int64_t begin, std::int64_t end) HWY_ATTR {
    FloatVec sums = hn::Zero(d);
    for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec distance = access.keep(hn::Sub(tops, access.load(logits + i)), hn::Zero(d));
      const FloatVec factor = weights == nullptr ? shares : hn::Mul(shares, access.load(weights + i));
      sums = hn::MulAdd(factor, distance, sums);
    });
    sum += sum_of_lanes(sums);
  });
  return sum;
}

/// grads[c] = slope * probabilities[c] - offset * weights[c]. Null weights mean ones.
void GradRow(const float* probabilities, const float* weights, float* grads, std::int64_t classes,
             float slope, float offset) {
  const FloatTag d;
  const FloatVec slopes = hn::Set(d, slope);
  const FloatVec offsets = hn::Set(d, offset);
  for_vectors(0, classes, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec shift = weights == nullptr ? offsets : hn::Mul(offsets, access.load(weights + i));
    access.store(hn::MulSub(slopes, access.load(probabilities + i), shift), grads + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(SoftmaxRow);
HWY_EXPORT(WeightedSum);
HWY_EXPORT(GradRow);

/// Softmax cross-entropy, mean over the batch, with label smoothing and class weights. Source:
/// torch.nn.CrossEntropyLoss. Keeps the probabilities and the total weight of the batch for
/// backward. If the total weight is 0, the loss and the gradients are 0.
class CrossEntropy final : public HostKernel {
 public:
  explicit CrossEntropy(const KernelSpec& spec);
  std::string implementation() const override { return simd_implementation(); }
  BackwardReads backward_reads() const override { return {.inputs = true}; }
  std::vector<TensorSpec> saved() const override;
  std::size_t workspace() const override;
  void forward(const KernelArgs& args) override;
  void backward(const KernelArgs& args) override;

 private:
  /// The sums of one thread, in their own cache line.
  struct alignas(64) Sums {
    double loss = 0;
    double weight = 0;
  };
  static constexpr std::int64_t rows_per_thread = 64;
  bool keeps_probabilities() const { return training_; }
  const float* weights() const { return weights_.empty() ? nullptr : weights_.data(); }
  float weight_of(std::int64_t label) const {
    return weights_.empty() ? 1.0F : weights_[static_cast<std::size_t>(label)];
  }
  std::int64_t grain() const {
    const auto slots = static_cast<std::int64_t>(threads_);
    return std::max({rows_per_thread, elements_per_thread / 8 / classes_, (rows_ + slots - 1) / slots});
  }
  std::int64_t label_at(const std::int64_t* labels, std::int64_t row) const;
  Sums rows_loss(const float* logits, const std::int64_t* labels, float* probabilities, float* scratch,
                 std::int64_t begin, std::int64_t end) const;

  std::string name_;
  std::int64_t rows_;
  std::int64_t classes_;
  float smoothing_;
  std::vector<float> weights_;
  float total_weight_;
  bool training_;
  bool input_grad_;
  std::size_t threads_;
};

CrossEntropy::CrossEntropy(const KernelSpec& spec)
    : name_(spec.name),
      rows_(spec.inputs.at(0).shape[0]),
      classes_(std::max<std::int64_t>(1, spec.inputs.at(0).shape[1])),
      smoothing_(static_cast<float>(spec.attributes.real("label_smoothing"))),
      total_weight_(static_cast<float>(classes_)),
      training_(spec.training),
      input_grad_(wants_input_grad(spec, 0)),
      threads_(static_cast<std::size_t>(threads())) {
  if (!spec.attributes.contains("class_weights")) return;
  for (const double weight : spec.attributes.reals("class_weights")) {
    weights_.push_back(static_cast<float>(weight));
  }
  if (weights_.empty()) return;
  if (weights_.size() != static_cast<std::size_t>(classes_)) {
    throw BadInput("cross entropy " + name_ + " needs one class weight for each of " +
                   std::to_string(classes_) + " classes, found " + std::to_string(weights_.size()));
  }
  total_weight_ = 0;
  for (const float weight : weights_) total_weight_ += weight;
}

std::vector<TensorSpec> CrossEntropy::saved() const {
  if (!keeps_probabilities()) return {};
  return {{DType::f32, Shape{rows_, classes_}}, {DType::f32, Shape{1}}};
}

std::size_t CrossEntropy::workspace() const {
  // If the probabilities are not kept, each thread needs one row for them.
  const std::size_t row = round_up(static_cast<std::size_t>(classes_) * sizeof(float), 64);
  return threads_ * (sizeof(Sums) + (keeps_probabilities() ? 0 : row));
}

std::int64_t CrossEntropy::label_at(const std::int64_t* labels, std::int64_t row) const {
  const std::int64_t label = labels[row];
  if (label < 0 || label >= classes_) {
    throw BadInput("cross entropy " + name_ + " expects class numbers from 0 to " +
                   std::to_string(classes_ - 1) + ", found " + std::to_string(label) + " in row " +
                   std::to_string(row));
  }
  return label;
}

/// The loss of a range of rows. With smoothing s, largest logit m and -log p = log + (m - x), a row
/// adds (1 - s) w_label (log + (m - x_label)) + s / C sum_c w_c (log + (m - x_c)).
CrossEntropy::Sums CrossEntropy::rows_loss(const float* logits, const std::int64_t* labels,
                                           float* probabilities, float* scratch, std::int64_t begin,
                                           std::int64_t end) const {
  Sums sums;
  const auto smoothing = static_cast<double>(smoothing_);
  const float share = smoothing_ / static_cast<float>(classes_);
  for (std::int64_t row = begin; row < end; ++row) {
    const float* const x = logits + row * classes_;
    const std::int64_t label = label_at(labels, row);
    float* const p = probabilities == nullptr ? scratch : probabilities + row * classes_;
    const LogSum found = HWY_DYNAMIC_DISPATCH(SoftmaxRow)(x, p, classes_);
    const double distance = static_cast<double>(found.top) - static_cast<double>(x[label]);
    const auto weight = static_cast<double>(weight_of(label));
    sums.loss += (1 - smoothing) * weight * (found.log + distance);
    if (smoothing != 0) {
      sums.loss += static_cast<double>(share) * static_cast<double>(total_weight_) * found.log +
                   HWY_DYNAMIC_DISPATCH(WeightedSum)(x, weights(), classes_, found.top, share);
    }
    sums.weight += weight;
  }
  return sums;
}

void CrossEntropy::forward(const KernelArgs& args) {
  const float* const logits = floats(args.inputs[0]);
  const auto* const labels = static_cast<const std::int64_t*>(args.inputs[1]);
  float* const probabilities = keeps_probabilities() ? floats(args.saved[0]) : nullptr;
  auto* const sums = static_cast<Sums*>(args.workspace);
  float* const scratch = reinterpret_cast<float*>(sums + threads_);
  const std::int64_t scratch_row = static_cast<std::int64_t>(
      round_up(static_cast<std::size_t>(classes_) * sizeof(float), 64) / sizeof(float));
  std::fill_n(sums, threads_, Sums{});
  parallel_for(rows_, grain(), [&](std::int64_t begin, std::int64_t end, int thread) {
    float* const row = probabilities == nullptr ? scratch + thread * scratch_row : nullptr;
    sums[thread] = rows_loss(logits, labels, probabilities, row, begin, end);
  });
  Sums total;
  for (std::size_t t = 0; t < threads_; ++t) {
    total.loss += sums[t].loss;
    total.weight += sums[t].weight;
  }
  *floats(args.output) = total.weight > 0 ? static_cast<float>(total.loss / total.weight) : 0.0F;
  if (keeps_probabilities()) *floats(args.saved[1]) = static_cast<float>(total.weight);
}

void CrossEntropy::backward(const KernelArgs& args) {
  if (!input_grad_) return;
  const auto* const labels = static_cast<const std::int64_t*>(args.inputs[1]);
  const float* const probabilities = floats(args.saved[0]);
  float* const grads = floats(args.input_grads[0]);
  const float total_weight = *floats(args.saved[1]);
  if (!(total_weight > 0)) {
    std::fill_n(grads, rows_ * classes_, 0.0F);
    return;
  }
  const float scale = *floats(args.output_grad) / total_weight;
  const float smooth = smoothing_ / static_cast<float>(classes_);
  parallel_for(rows_, grain(), [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t row = begin; row < end; ++row) {
      const float* const p = probabilities + row * classes_;
      float* const grad = grads + row * classes_;
      const std::int64_t label = labels[row];
      const float hard = (1 - smoothing_) * weight_of(label);
      // One function for both values. A batch with one class then has gradients of exactly 0.
      const auto share = [&](float weight) { return scale * (hard + smooth * weight); };
      const float slope = share(total_weight_);
      HWY_DYNAMIC_DISPATCH(GradRow)(p, weights(), grad, classes_, slope, scale * smooth);
      grad[label] = slope * p[label] - share(weight_of(label));
    }
  });
}

}  // namespace

void register_cross_entropy(KernelRegistry& registry) {
  registry.add_kernel("cross_entropy",
                      [](const KernelSpec& spec) -> std::unique_ptr<HostKernel> {
                        if (spec.inputs.at(1).dtype == DType::f32) return soft_cross_entropy(spec);
                        return std::make_unique<CrossEntropy>(spec);
                      },
                      {.types = {.inputs = {{DType::f32}, {DType::i64, DType::f32}}}});
}

}  // namespace lehr::cpu
#endif
