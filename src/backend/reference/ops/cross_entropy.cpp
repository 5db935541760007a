#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

/// As torch.nn.functional.cross_entropy. The likelihood term and the smoothing term are divided by
/// the sum of the targets' class weights. If the targets are class probabilities, this sum counts
/// each class by its share, so one-hot probabilities give the same loss as class numbers. torch
/// divides by the number of samples in that case. If the total weight of a batch is 0, the loss and
/// the gradients are 0.
class CrossEntropy final : public ReferenceKernel {
 public:
  explicit CrossEntropy(const KernelSpec& spec)
      : ReferenceKernel(spec),
        classes_(spec.inputs.at(0).shape[1]),
        smoothing_(spec.attributes.real("label_smoothing")),
        weights_(spec.attributes.reals("class_weights")),
        weighted_(!weights_.empty()),
        soft_(spec.inputs.at(1).dtype == DType::f32) {
    if (weights_.empty()) weights_.assign(static_cast<std::size_t>(classes_), 1.0);
    if (static_cast<std::int64_t>(weights_.size()) != classes_) {
      throw BadInput("cross_entropy \"" + spec.name + "\" needs one class weight for each of its " +
                     std::to_string(classes_) + " classes, found " + std::to_string(weights_.size()));
    }
  }
  BackwardReads backward_reads() const override { return {.inputs = true}; }

  void forward(const KernelArgs& args) override {
    const View<const float> logits = input(args);
    double loss = 0;
    for (std::int64_t n = 0; n < logits.shape[0]; ++n) {
      const double largest = largest_of(logits, n);
      const double log_sum = std::log(sum_of_exponentials(logits, n, largest));
      for (std::int64_t c = 0; c < classes_; ++c) {
        const double counts = coefficient(args, n, c);
        if (!soft_ && counts == 0) continue;  // avoids 0 times infinity if a logit is -infinity
        loss += counts * (log_sum + (largest - static_cast<double>(logits.at(n, c))));
      }
    }
    const double weight = total_weight(args);
    *output(args).data = weight <= 0 ? 0.0F : static_cast<float>(loss / weight);  // NaN stays
  }

  void backward(const KernelArgs& args) override {
    if (!wants_input_grad(0)) return;
    const View<const float> logits = input(args);
    const View<float> dx = input_grad(args);
    const double weight = total_weight(args);
    if (weight <= 0) {
      std::fill_n(dx.data, logits.shape[0] * classes_, 0.0F);
      return;
    }
    const double scale = grad_at(args, 0) / weight;
    for (std::int64_t n = 0; n < logits.shape[0]; ++n) {
      const double largest = largest_of(logits, n);
      const double sum = sum_of_exponentials(logits, n, largest);
      double row = 0;
      for (std::int64_t c = 0; c < classes_; ++c) row += coefficient(args, n, c);
      for (std::int64_t c = 0; c < classes_; ++c) {
        const double probability = std::exp(static_cast<double>(logits.at(n, c)) - largest) / sum;
        dx.at(n, c) = static_cast<float>(scale * (row * probability - coefficient(args, n, c)));
      }
    }
  }

 private:
  double weight_of(std::int64_t c) const { return weights_[static_cast<std::size_t>(c)]; }
  // The coefficient of -log p of class c for a sample.
  double coefficient(const KernelArgs& args, std::int64_t n, std::int64_t c) const {
    const double smooth = smoothing_ / static_cast<double>(classes_) * weight_of(c);
    return smooth + (1 - smoothing_) * share(args, n, c) * weight_of(c);
  }
  // The share of class c in the sample's target.
  double share(const KernelArgs& args, std::int64_t n, std::int64_t c) const {
    if (soft_) return static_cast<double>(static_cast<const float*>(args.inputs[1])[n * classes_ + c]);
    return c == target(args, n) ? 1 : 0;
  }
  std::int64_t target(const KernelArgs& args, std::int64_t n) const {
    const std::int64_t truth = static_cast<const std::int64_t*>(args.inputs[1])[n];
    if (truth >= 0 && truth < classes_) return truth;
    throw Error("cross_entropy \"" + spec().name + "\" expects targets from 0 to " +
                std::to_string(classes_ - 1) + ", found " + std::to_string(truth) + " at sample " +
                std::to_string(n));
  }
  double total_weight(const KernelArgs& args) const {
    const std::int64_t rows = spec().inputs[0].shape[0];
    if (soft_ && !weighted_) return static_cast<double>(rows);
    double total = 0;
    for (std::int64_t n = 0; n < rows; ++n) {
      if (!soft_) {
        total += weight_of(target(args, n));
        continue;
      }
      for (std::int64_t c = 0; c < classes_; ++c) total += weight_of(c) * share(args, n, c);
    }
    return total;
  }
  double largest_of(const View<const float>& logits, std::int64_t n) const {
    double largest = static_cast<double>(logits.at(n, 0));
    for (std::int64_t c = 1; c < classes_; ++c) {
      largest = std::max(largest, static_cast<double>(logits.at(n, c)));
    }
    return largest;
  }
  /// Relative to the largest logit. A sum of both would lose the digits of the logarithm.
  double sum_of_exponentials(const View<const float>& logits, std::int64_t n, double largest) const {
    double sum = 0;
    for (std::int64_t c = 0; c < classes_; ++c) {
      sum += std::exp(static_cast<double>(logits.at(n, c)) - largest);
    }
    return sum;
  }

  std::int64_t classes_;
  double smoothing_;
  std::vector<double> weights_;
  bool weighted_;
  bool soft_;
};

}  // namespace

void register_cross_entropy(KernelRegistry& registry) {
  registry.add_kernel("cross_entropy", make<CrossEntropy>,
                      {.types = {.inputs = {{DType::f32}, {DType::i64, DType::f32}}}});
}

}  // namespace lehr::reference
