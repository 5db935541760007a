#include "backend/cpu/soft_cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/cpu/support.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

/// With q_c = w_c ((1 - s) t_c + s / C), largest logit m of a row and log p_c = (x_c - m) - log, a
/// row's loss is -sum q_c log p_c and its gradient is (sum q) softmax(x) - q. Both are divided by
/// the total weight of the batch: the sum of w_c t_c over all rows and classes, or N without class
/// weights. If it is 0, the loss and the gradients are 0. Plain loops are enough, because the
/// scores are few compared with the rest of the network.
class SoftCrossEntropy final : public HostKernel {
 public:
  explicit SoftCrossEntropy(const KernelSpec& spec)
      : rows_(spec.inputs.at(0).shape[0]),
        classes_(static_cast<std::size_t>(spec.inputs.at(0).shape[1])),
        smoothing_(static_cast<float>(spec.attributes.real("label_smoothing"))),
        weights_(classes_, 1.0F),
        weighted_(!spec.attributes.reals("class_weights").empty()),
        input_grad_(wants_input_grad(spec, 0)),
        losses_(static_cast<std::size_t>(rows_)) {
    const std::vector<double>& weights = spec.attributes.reals("class_weights");
    for (std::size_t c = 0; c < weights.size(); ++c) weights_[c] = static_cast<float>(weights[c]);
  }
  std::string implementation() const override { return "soft"; }
  BackwardReads backward_reads() const override { return {.inputs = true}; }

  void forward(const KernelArgs& args) override {
    const float* logits = floats(args.inputs[0]);
    const float* targets = floats(args.inputs[1]);
    for_rows([&](std::int64_t row, std::size_t at) {
      const float largest = largest_of(logits + at);
      double sum = 0;
      for (std::size_t c = 0; c < classes_; ++c) {
        sum += static_cast<double>(std::exp(logits[at + c] - largest));
      }
      const double log = std::log(sum);
      double loss = 0;
      for (std::size_t c = 0; c < classes_; ++c) {
        const double distance = static_cast<double>(largest) - static_cast<double>(logits[at + c]);
        loss += static_cast<double>(share(targets[at + c], c)) * (log + distance);
      }
      losses_[static_cast<std::size_t>(row)] = loss;
    });
    double sum = 0;
    for (const double loss : losses_) sum += loss;
    const double weight = batch_weight(targets);
    *floats(args.output) = weight <= 0 ? 0.0F : static_cast<float>(sum / weight);  // NaN stays
  }

  void backward(const KernelArgs& args) override {
    if (!input_grad_) return;
    const float* logits = floats(args.inputs[0]);
    const float* targets = floats(args.inputs[1]);
    float* grads = floats(args.input_grads[0]);
    const double weight = batch_weight(targets);
    if (weight <= 0) {
      std::fill_n(grads, static_cast<std::size_t>(rows_) * classes_, 0.0F);
      return;
    }
    const float scale = *static_cast<const float*>(args.output_grad) / static_cast<float>(weight);
    for_rows([&](std::int64_t, std::size_t at) {
      const float largest = largest_of(logits + at);
      float total = 0;
      double sum = 0;
      for (std::size_t c = 0; c < classes_; ++c) {
        total += share(targets[at + c], c);
        grads[at + c] = std::exp(logits[at + c] - largest);
        sum += static_cast<double>(grads[at + c]);
      }
      const auto inverse = static_cast<float>(1 / sum);
      for (std::size_t c = 0; c < classes_; ++c) {
        grads[at + c] = scale * (total * (grads[at + c] * inverse) - share(targets[at + c], c));
      }
    });
  }

 private:
  template <class Row>
  void for_rows(const Row& row) const {
    constexpr std::int64_t rows_per_thread = 64;
    parallel_for(rows_, rows_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t n = begin; n < end; ++n) row(n, static_cast<std::size_t>(n) * classes_);
    });
  }
  double batch_weight(const float* targets) const {
    if (!weighted_) return static_cast<double>(rows_);
    double weight = 0;
    for (std::int64_t row = 0; row < rows_; ++row) {
      const float* const shares = targets + row * static_cast<std::int64_t>(classes_);
      for (std::size_t c = 0; c < classes_; ++c) {
        weight += static_cast<double>(weights_[c]) * static_cast<double>(shares[c]);
      }
    }
    return weight;
  }
  /// The coefficient of -log p of class c.
  float share(float target, std::size_t c) const {
    return weights_[c] * ((1 - smoothing_) * target + smoothing_ / static_cast<float>(classes_));
  }
  float largest_of(const float* logits) const { return *std::max_element(logits, logits + classes_); }

  std::int64_t rows_;
  std::size_t classes_;
  float smoothing_;
  std::vector<float> weights_;
  bool weighted_;
  bool input_grad_;
  std::vector<double> losses_;
};

}  // namespace

std::unique_ptr<HostKernel> soft_cross_entropy(const KernelSpec& spec) {
  return std::make_unique<SoftCrossEntropy>(spec);
}

}  // namespace lehr::cpu
