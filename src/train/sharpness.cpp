#include "lehr/train/sharpness.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/data/loader.hpp"
#include "train/gradient_probe.hpp"
#include "train/lanczos.hpp"
#include "train/learner_state.hpp"
#include "train/learner_use.hpp"

namespace lehr {
namespace {

void check_options(const SharpnessOptions& options) {
  if (options.images < 1) {
    throw BadInput("the sharpness needs 1 image or more, found " + std::to_string(options.images));
  }
  if (options.max_iterations < 1) {
    throw BadInput("the sharpness needs 1 iteration or more, found " +
                   std::to_string(options.max_iterations));
  }
  for (const double number : {options.tolerance, options.step}) {
    if (number > 0 && std::isfinite(number)) continue;
    throw BadInput("tolerance and step of the sharpness must be finite and above 0, found " +
                   number_text(number));
  }
}

/// The same draw for every Learner of a data set.
LoaderOptions images_of(const Learner& learner) {
  return {.batch_size = learner.options().batch_size,
          .sampler = {.name = "random"},
          .preprocessing = learner.preprocessing(),
          .workers = learner.options().workers,
          .prefetch = learner.options().prefetch};
}

/// The mean training loss of some images as a function of the weights.
class TrainingLoss {
 public:
  TrainingLoss(const Learner& learner, const SharpnessOptions& options)
      : images_(std::min(options.images, learner.data().train->size())),
        probe_(learner),
        loader_(learner.data().train, images_of(learner)),
        weights_(backend().download_floats(probe_.parameters().values())) {
    double squares = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (is_trained(i)) squares += static_cast<double>(weights_[i]) * static_cast<double>(weights_[i]);
    }
    distance_ = options.step * (squares > 0 ? std::sqrt(squares) : 1);
  }

  /// A random vector, zero for what is not trained.
  std::vector<double> start() const {
    std::vector<double> values(weights_.size());
    Rng rng(0, Purpose::measuring);
    for (const ParameterEntry& entry : probe_.parameters().entries()) {
      if (is_state(entry.role)) continue;
      for (std::int64_t i = 0; i < entry.shape.numel(); ++i) {
        const auto at = static_cast<std::size_t>(entry.offset + i);
        const auto value = static_cast<double>(rng.normal());
        if (is_trained(at)) values[at] = value;
      }
    }
    return values;
  }

  /// The Hessian times a vector of length 1.
  std::vector<double> hessian_times(const std::vector<double>& vector) {
    std::vector<double> product = gradient(vector, distance_);
    const std::vector<double> behind = gradient(vector, -distance_);
    for (std::size_t i = 0; i < product.size(); ++i) product[i] = (product[i] - behind[i]) / (2 * distance_);
    return product;
  }

 private:
  const Backend& backend() { return probe_.parameters().backend(); }

  bool is_trained(std::size_t at) const {
    const auto place = static_cast<std::int64_t>(at);
    return std::ranges::none_of(probe_.frozen(), [&](const ParameterRange& range) {
      return place >= range.offset && place < range.offset + range.count;
    });
  }

  std::vector<double> gradient(const std::vector<double>& direction, double distance) {
    std::vector<float> moved(weights_.size());
    for (std::size_t i = 0; i < moved.size(); ++i) {
      moved[i] = static_cast<float>(static_cast<double>(weights_[i]) + distance * direction[i]);
    }
    backend().upload(probe_.parameters().values(), moved);
    return gradient();
  }

  std::vector<double> gradient() {
    std::vector<double> sum(weights_.size());
    double weight = 0;
    std::int64_t left = images_;
    loader_.start(0);
    for (std::uint64_t number = 0; left > 0; ++number) {
      Batch batch = *loader_.next();
      batch.size = std::min(batch.size, left);
      if (batch.size == 1 && number > 0) break;  // too few for batch norm
      left -= batch.size;
      const double its_weight = probe_.gradient(batch, number);
      if (its_weight == 0) continue;
      const std::vector<float> grads = backend().download_floats(probe_.parameters().grads());
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += its_weight * static_cast<double>(grads[i]);
      weight += its_weight;
    }
    for (double& value : sum) value /= weight;
    return sum;
  }

  std::int64_t images_;
  GradientProbe probe_;
  Loader loader_;
  std::vector<float> weights_;
  double distance_ = 0;
};

}  // namespace

HessianEigenvalue largest_hessian_eigenvalue(const Learner& learner, const SharpnessOptions& options) {
  check_options(options);
  const ThreadScope threads(learner.options().threads);
  const LearnerUse use(GradientProbe::state_of(learner));
  TrainingLoss loss(learner, options);
  std::vector<double> start = loss.start();
  if (std::ranges::all_of(start, [](double value) { return value == 0; })) {
    throw BadInput("the sharpness needs weights that are trained, and all are frozen");
  }
  return largest_eigenvalue([&loss](const std::vector<double>& vector) { return loss.hessian_times(vector); },
                            std::move(start),
                            {.max_iterations = options.max_iterations, .tolerance = options.tolerance});
}

}  // namespace lehr
