#include <cmath>

#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

/// The channel is the innermost axis in memory, so the tensor consists of rows of channels.
class BatchNorm final : public ReferenceKernel {
 public:
  explicit BatchNorm(const KernelSpec& spec)
      : ReferenceKernel(spec),
        channels_(spec.inputs.at(0).shape[1]),
        rows_(spec.inputs.at(0).shape.numel() / channels_),
        eps_(spec.attributes.real("eps")),
        momentum_(spec.attributes.real("momentum")) {
    if (spec.training && rows_ < 2) {
      throw BadInput("batch_norm \"" + spec.name +
                     "\" needs more than one value a channel to train, found the input shape " +
                     spec.inputs[0].shape.str());
    }
  }
  BackwardReads backward_reads() const override { return {.inputs = true, .output = has_activation()}; }

  void forward(const KernelArgs& args) override {
    const float* x = input(args).data;
    float* y = output(args).data;
    for (std::int64_t c = 0; c < channels_; ++c) {
      const Statistics statistics = spec().training ? of_batch(x, c) : running(args, c);
      const double scale = static_cast<double>(parameter(args, gamma)[c]) * statistics.inverse_std;
      const double shift = static_cast<double>(parameter(args, beta)[c]);
      for (std::int64_t i = c; i < rows_ * channels_; i += channels_) {
        y[i] = activated((static_cast<double>(x[i]) - statistics.mean) * scale + shift);
      }
      if (spec().training) update_running(args, c, statistics);
    }
  }

  void backward(const KernelArgs& args) override {
    const float* x = input(args).data;
    for (std::int64_t c = 0; c < channels_; ++c) {
      const Statistics statistics = of_batch(x, c);
      double sum = 0;
      double sum_normalised = 0;
      for (std::int64_t i = c; i < rows_ * channels_; i += channels_) {
        const double grad = grad_at(args, i);
        sum += grad;
        sum_normalised += grad * (static_cast<double>(x[i]) - statistics.mean) * statistics.inverse_std;
      }
      if (wants_parameter_grad(gamma)) parameter_grad(args, gamma)[c] = static_cast<float>(sum_normalised);
      if (wants_parameter_grad(beta)) parameter_grad(args, beta)[c] = static_cast<float>(sum);
      if (wants_input_grad(0)) backward_input(args, c, statistics, sum, sum_normalised);
    }
  }

 private:
  static constexpr std::size_t gamma = 0;
  static constexpr std::size_t beta = 1;
  static constexpr std::size_t running_mean = 2;
  static constexpr std::size_t running_var = 3;

  struct Statistics {
    double mean;
    double variance;  ///< biased
    double inverse_std;
  };

  Statistics of_batch(const float* x, std::int64_t c) const {
    const double count = static_cast<double>(rows_);
    double mean = 0;
    for (std::int64_t i = c; i < rows_ * channels_; i += channels_) mean += static_cast<double>(x[i]);
    mean /= count;
    double variance = 0;
    for (std::int64_t i = c; i < rows_ * channels_; i += channels_) {
      const double distance = static_cast<double>(x[i]) - mean;
      variance += distance * distance;
    }
    variance /= count;
    return {mean, variance, 1 / std::sqrt(variance + eps_)};
  }

  Statistics running(const KernelArgs& args, std::int64_t c) const {
    const double variance = static_cast<double>(parameter(args, running_var)[c]);
    return {static_cast<double>(parameter(args, running_mean)[c]), variance, 1 / std::sqrt(variance + eps_)};
  }

  void update_running(const KernelArgs& args, std::int64_t c, const Statistics& statistics) const {
    const double count = static_cast<double>(rows_);
    const auto move = [&](float& value, double towards) {
      value = static_cast<float>((1 - momentum_) * static_cast<double>(value) + momentum_ * towards);
    };
    move(parameter(args, running_mean)[c], statistics.mean);
    move(parameter(args, running_var)[c], statistics.variance * count / (count - 1));
  }

  void backward_input(const KernelArgs& args, std::int64_t c, const Statistics& statistics, double sum,
                      double sum_normalised) const {
    const float* x = input(args).data;
    float* dx = input_grad(args).data;
    const double count = static_cast<double>(rows_);
    const double scale = static_cast<double>(parameter(args, gamma)[c]) * statistics.inverse_std;
    for (std::int64_t i = c; i < rows_ * channels_; i += channels_) {
      const double normalised = (static_cast<double>(x[i]) - statistics.mean) * statistics.inverse_std;
      dx[i] =
          static_cast<float>(scale * (grad_at(args, i) - sum / count - normalised * sum_normalised / count));
    }
  }

  std::int64_t channels_;
  std::int64_t rows_;
  double eps_;
  double momentum_;
};

}  // namespace

void register_batch_norm(KernelRegistry& registry) {
  registry.add_kernel("batch_norm", make<BatchNorm>, {.fuses = fuses_all});
}

}  // namespace lehr::reference
