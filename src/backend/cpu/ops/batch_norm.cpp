#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "backend/cpu/batch_norm_passes.hpp"
#include "backend/cpu/support.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

/// Batch normalisation with an optional activation. Parameters: weight, bias, running_mean,
/// running_var.
class BatchNorm final : public HostKernel {
 public:
  explicit BatchNorm(const KernelSpec& spec);
  std::string implementation() const override { return simd_implementation(); }
  BackwardReads backward_reads() const override {
    return {.inputs = true, .output = norm::backward_reads_output(activation_.kind)};
  }
  std::vector<TensorSpec> saved() const override;
  std::size_t workspace() const override { return threads_ * thread_bytes() + 5 * table_bytes(); }
  void forward(const KernelArgs& args) override;
  void backward(const KernelArgs& args) override;

 private:
  std::size_t table_bytes() const { return static_cast<std::size_t>(period_) * sizeof(float); }
  std::size_t totals_bytes() const {
    return round_up(2 * static_cast<std::size_t>(channels_) * sizeof(double), 64);
  }
  std::size_t thread_bytes() const { return totals_bytes() + 2 * table_bytes(); }
  norm::Sums thread_sums(void* workspace, std::size_t thread) const;
  float* table(void* workspace, std::size_t index) const;
  template <class Value>
  void fill(float* table, const Value& value) const;

  norm::Part part(const KernelArgs& args, float* result, std::int64_t begin, std::int64_t end) const;
  template <class Body>
  void for_ranges(const Body& body) const;
  template <class Pass>
  void apply(const KernelArgs& args, float* result, TensorProbe* probe, const Pass& pass) const;
  template <class Pass>
  norm::Sums sum(const KernelArgs& args, const Pass& pass) const;

  /// The statistics that normalise the channels. Each array has one value per channel.
  struct Statistics {
    float* mean;
    float* inverse_std;
    float* rest;  ///< the mean minus its rounded value; null if the mean is exact
  };
  /// A channel's mean and biased variance.
  struct Moments {
    double mean;
    double variance;
  };
  static Statistics saved_statistics(const KernelArgs& args) {
    return {floats(args.saved[0]), floats(args.saved[1]), floats(args.saved[2])};
  }
  const float* sample_means(const KernelArgs& args) const;
  Moments moments_in_double(const float* x, std::int64_t channel) const;
  void batch_statistics(const KernelArgs& args, const Statistics& found) const;
  Statistics running_statistics(const KernelArgs& args) const;
  norm::Tables forward_tables(const KernelArgs& args, const Statistics& statistics) const;
  void centre_sums(const KernelArgs& args, const norm::Sums& sums) const;
  void write_parameter_grads(const KernelArgs& args, const norm::Sums& sums) const;
  void backward_tables(const KernelArgs& args, const norm::Sums& sums) const;

  FusedActivation activation_;
  double eps_;
  double momentum_;
  bool training_;
  bool input_grad_;
  bool parameter_grads_;
  std::int64_t channels_;
  std::int64_t elements_;
  std::int64_t rows_;
  std::int64_t period_;
  std::size_t threads_;
};

BatchNorm::BatchNorm(const KernelSpec& spec)
    : activation_(spec.activation),
      eps_(spec.attributes.real("eps")),
      momentum_(spec.attributes.real("momentum")),
      training_(spec.training),
      input_grad_(wants_input_grad(spec, 0)),
      parameter_grads_(spec.parameter_grads),
      channels_(std::max<std::int64_t>(1, spec.inputs.at(0).shape[1])),
      elements_(spec.inputs.at(0).shape.numel()),
      rows_(elements_ / channels_),
      period_(std::lcm(channels_, std::int64_t{64})),
      threads_(static_cast<std::size_t>(threads())) {
  if (training_ && rows_ < 2) {
    throw BadInput("batch norm " + spec.name +
                   " needs more than one value a channel in training, found input " +
                   spec.inputs.at(0).shape.str());
  }
}

std::vector<TensorSpec> BatchNorm::saved() const {
  if (!training_) return {};
  return {{DType::f32, Shape{channels_}}, {DType::f32, Shape{channels_}}, {DType::f32, Shape{channels_}}};
}

norm::Sums BatchNorm::thread_sums(void* workspace, std::size_t thread) const {
  std::byte* const start = static_cast<std::byte*>(workspace) + thread * thread_bytes();
  auto* const totals = reinterpret_cast<double*>(start);
  auto* const tables = reinterpret_cast<float*>(start + totals_bytes());
  return {tables, tables + period_, totals, totals + channels_};
}

float* BatchNorm::table(void* workspace, std::size_t index) const {
  std::byte* const start = static_cast<std::byte*>(workspace) + threads_ * thread_bytes();
  return reinterpret_cast<float*>(start) + index * static_cast<std::size_t>(period_);
}

template <class Value>
void BatchNorm::fill(float* table, const Value& value) const {
  for (std::int64_t c = 0; c < channels_; ++c) table[c] = static_cast<float>(value(c));
  for (std::int64_t i = channels_; i < period_; ++i) table[i] = table[i - channels_];
}

norm::Part BatchNorm::part(const KernelArgs& args, float* result, std::int64_t begin,
                           std::int64_t end) const {
  const std::int64_t whole = elements_ / period_;
  const std::int64_t start = begin * period_;
  norm::Part part;
  part.input = floats(args.inputs[0]) + start;
  if (args.output != nullptr) part.output = floats(args.output) + start;
  if (args.output_grad != nullptr) part.output_grad = floats(args.output_grad) + start;
  if (result != nullptr) part.result = result + start;
  part.periods = std::min(end, whole) - begin;
  part.tail = end > whole ? elements_ % period_ : 0;
  part.period = period_;
  part.channels = channels_;
  return part;
}

/// Calls body(first period, end period, thread).
template <class Body>
void BatchNorm::for_ranges(const Body& body) const {
  const std::int64_t periods = (elements_ + period_ - 1) / period_;
  const auto slots = static_cast<std::int64_t>(threads_);
  // The number of threads may have grown. There must not be more ranges than the workspace has
  // slots.
  const std::int64_t grain = std::max(elements_per_thread / period_ + 1, (periods + slots - 1) / slots);
  parallel_for(periods, grain, body);
}

/// Writes the result with pass(part). If there is a probe, the result is written in pieces, so that
/// the probe finds them in the cache.
template <class Pass>
void BatchNorm::apply(const KernelArgs& args, float* result, TensorProbe* probe, const Pass& pass) const {
  constexpr std::int64_t piece_elements = 1 << 14;
  for_ranges([&](std::int64_t begin, std::int64_t end, int thread) {
    if (probe == nullptr) return pass(part(args, result, begin, end));
    const std::int64_t piece = std::max<std::int64_t>(1, piece_elements / period_);
    for (std::int64_t first = begin; first < end; first += piece) {
      const std::int64_t last = std::min(end, first + piece);
      pass(part(args, result, first, last));
      probe->written(first * period_, std::min(last * period_, elements_) - first * period_, thread);
    }
  });
}

/// Both sums over the batch. They are returned in the first thread's totals.
template <class Pass>
norm::Sums BatchNorm::sum(const KernelArgs& args, const Pass& pass) const {
  for (std::size_t t = 0; t < threads_; ++t) {
    std::fill_n(thread_sums(args.workspace, t).first_total, 2 * channels_, 0.0);
  }
  for_ranges([&](std::int64_t begin, std::int64_t end, int thread) {
    pass(part(args, nullptr, begin, end), thread_sums(args.workspace, static_cast<std::size_t>(thread)));
  });
  const norm::Sums total = thread_sums(args.workspace, 0);
  for (std::size_t t = 1; t < threads_; ++t) {
    const norm::Sums other = thread_sums(args.workspace, t);
    for (std::int64_t i = 0; i < 2 * channels_; ++i) total.first_total[i] += other.first_total[i];
  }
  return total;
}

/// A table with each channel's mean over a few rows. Sums are relative to it, so the variance is
/// never a small difference of large squares.
const float* BatchNorm::sample_means(const KernelArgs& args) const {
  constexpr std::int64_t wanted = 16;
  const std::int64_t step = std::max<std::int64_t>(1, rows_ / wanted);
  const std::int64_t sampled = std::min(rows_, wanted);
  float* const means = table(args.workspace, 0);
  const float* const x = floats(args.inputs[0]);
  std::fill_n(means, channels_, 0.0F);
  for (std::int64_t i = 0; i < sampled; ++i) {
    for (std::int64_t c = 0; c < channels_; ++c) means[c] += x[i * step * channels_ + c];
  }
  fill(means, [&](std::int64_t c) { return means[c] / static_cast<float>(sampled); });
  return means;
}

/// Used if the squares of values are too large for a float.
BatchNorm::Moments BatchNorm::moments_in_double(const float* x, std::int64_t channel) const {
  const auto count = static_cast<double>(rows_);
  Moments moments{};
  for (std::int64_t i = channel; i < elements_; i += channels_)
    moments.mean += static_cast<double>(x[i]) / count;
  for (std::int64_t i = channel; i < elements_; i += channels_) {
    const double distance = static_cast<double>(x[i]) - moments.mean;
    moments.variance += distance * distance / count;
  }
  return moments;
}

void BatchNorm::batch_statistics(const KernelArgs& args, const Statistics& found) const {
  const float* const around = sample_means(args);
  const norm::Sums sums = sum(
      args, [&](const norm::Part& part, const norm::Sums& mine) { norm::sum_forward(part, around, mine); });
  const auto count = static_cast<double>(rows_);
  float* const running_mean = floats(args.parameters[2]);
  float* const running_var = floats(args.parameters[3]);
  const auto follow = [&](float& running, double value) {
    running = static_cast<float>((1 - momentum_) * static_cast<double>(running) + momentum_ * value);
  };
  for (std::int64_t c = 0; c < channels_; ++c) {
    const double offset = sums.first_total[c] / count;
    Moments moments{static_cast<double>(around[c]) + offset,
                    std::max(sums.second_total[c] / count - offset * offset, 0.0)};
    const bool fits = std::isfinite(sums.first_total[c]) && std::isfinite(sums.second_total[c]);
    if (!fits) moments = moments_in_double(floats(args.inputs[0]), c);
    found.mean[c] = static_cast<float>(moments.mean);
    found.rest[c] = static_cast<float>(moments.mean - static_cast<double>(found.mean[c]));
    found.inverse_std[c] = static_cast<float>(1 / std::sqrt(moments.variance + eps_));
    follow(running_mean[c], moments.mean);
    follow(running_var[c], moments.variance * count / (count - 1));
  }
}

BatchNorm::Statistics BatchNorm::running_statistics(const KernelArgs& args) const {
  const float* const variance = floats(args.parameters[3]);
  float* const inverse_std = table(args.workspace, 3);
  for (std::int64_t c = 0; c < channels_; ++c) {
    inverse_std[c] = static_cast<float>(1 / std::sqrt(static_cast<double>(variance[c]) + eps_));
  }
  return {floats(args.parameters[2]), inverse_std, nullptr};
}

/// If a large mean is rounded to a float, it can be wrong by many standard deviations of 1. The
/// shift compensates for this.
norm::Tables BatchNorm::forward_tables(const KernelArgs& args, const Statistics& statistics) const {
  const float* const weight = floats(args.parameters[0]);
  const float* const bias = floats(args.parameters[1]);
  float* const means = table(args.workspace, 0);
  float* const scales = table(args.workspace, 1);
  float* const shifts = table(args.workspace, 2);
  fill(means, [&](std::int64_t c) { return statistics.mean[c]; });
  fill(scales, [&](std::int64_t c) { return weight[c] * statistics.inverse_std[c]; });
  fill(shifts, [&](std::int64_t c) {
    return statistics.rest == nullptr ? bias[c] : bias[c] - statistics.rest[c] * scales[c];
  });
  return {means, scales, shifts, table(args.workspace, 3), table(args.workspace, 4)};
}

void BatchNorm::forward(const KernelArgs& args) {
  if (training_) batch_statistics(args, saved_statistics(args));
  const Statistics statistics = training_ ? saved_statistics(args) : running_statistics(args);
  const norm::Tables tables = forward_tables(args, statistics);
  apply(args, floats(args.output), args.output_probe,
        [&](const norm::Part& part) { norm::apply_forward(part, tables, activation_); });
}

/// Converts sums of grad * (x - rounded mean) to sums of grad * (x - mean).
void BatchNorm::centre_sums(const KernelArgs& args, const norm::Sums& sums) const {
  const float* const rest = saved_statistics(args).rest;
  for (std::int64_t c = 0; c < channels_; ++c) {
    sums.second_total[c] -= static_cast<double>(rest[c]) * sums.first_total[c];
  }
}

void BatchNorm::write_parameter_grads(const KernelArgs& args, const norm::Sums& sums) const {
  const float* const inverse_std = floats(args.saved[1]);
  float* const weight_grad = floats(args.parameter_grads[0]);
  float* const bias_grad = floats(args.parameter_grads[1]);
  for (std::int64_t c = 0; c < channels_; ++c) {
    bias_grad[c] = static_cast<float>(sums.first_total[c]);
    weight_grad[c] = static_cast<float>(sums.second_total[c] * static_cast<double>(inverse_std[c]));
  }
}

/// Source: Ioffe and Szegedy 2015, section 3, in terms of the sums of grad and of grad * (x -
/// mean).
void BatchNorm::backward_tables(const KernelArgs& args, const norm::Sums& sums) const {
  const float* const weight = floats(args.parameters[0]);
  const float* const inverse_std = floats(args.saved[1]);
  const auto count = static_cast<double>(rows_);
  const float* const rest = saved_statistics(args).rest;
  const auto scale = [&](std::int64_t c) {
    return static_cast<double>(weight[c]) * static_cast<double>(inverse_std[c]);
  };
  const auto slope = [&](std::int64_t c) {
    const auto inverse = static_cast<double>(inverse_std[c]);
    return -scale(c) * inverse * inverse * sums.second_total[c] / count;
  };
  fill(table(args.workspace, 3), slope);
  fill(table(args.workspace, 4), [&](std::int64_t c) {
    return -scale(c) * sums.first_total[c] / count - slope(c) * static_cast<double>(rest[c]);
  });
}

void BatchNorm::backward(const KernelArgs& args) {
  const norm::Tables tables = forward_tables(args, saved_statistics(args));
  const norm::Sums sums = sum(args, [&](const norm::Part& part, const norm::Sums& mine) {
    norm::sum_backward(part, tables, activation_, mine);
  });
  centre_sums(args, sums);
  if (parameter_grads_) write_parameter_grads(args, sums);
  if (!input_grad_) return;
  backward_tables(args, sums);
  apply(args, optional_floats(args.input_grads, 0), args.input_grad_probe(0),
        [&](const norm::Part& part) { norm::apply_backward(part, tables, activation_); });
}

}  // namespace

void register_batch_norm(KernelRegistry& registry) {
  registry.add_kernel("batch_norm", [](const KernelSpec& spec) { return std::make_unique<BatchNorm>(spec); },
                      {.fuses = fuses_all});
}

}  // namespace lehr::cpu
