#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "checks/checks.hpp"
#include "lehr/backend/backend.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/data/loader.hpp"
#include "train/gradient_probe.hpp"

namespace lehr::checks {
namespace {

/// Largest difference of the slope and the gradient, as a share of the larger one. A wrong backward pass is
/// wrong by a sign or a factor.
constexpr double tolerance = 0.15;
/// A step changes the loss by about this share. Steps shrink until the slope to both sides and that of the
/// step before agree. So there is no kink or bend within the step, and 32-bit numbers can still show it.
constexpr double loss_changes[] = {1e-2, 3e-3, 1e-3, 3e-4, 1e-4};
constexpr double sides_agree = 0.1;
constexpr double steps_agree = 0.05;
/// Tensors with a smaller share of the whole gradient are left out: rounding hides their slope.
constexpr double smallest_share = 1e-3;
constexpr std::size_t most_tensors = 12;

/// As a share of the larger one; NaN if one is.
double difference(double one, double other) {
  return std::abs(one - other) / std::max(std::abs(one), std::abs(other));
}

/// The slopes of the loss along the gradient of one tensor.
struct Slopes {
  std::string tensor;
  double by_backward = 0;
  double by_differences = 0;

  double apart() const { return difference(by_backward, by_differences); }
};

/// Moves the tensors of a network one after the other along their gradients.
class Differences {
 public:
  Differences(const Learner& learner, const Batch& batch) : probe_(learner), batch_(batch) {
    probe_.gradient(batch_, 0);
    loss_ = probe_.loss(batch_, 0);
  }

  /// Some tensors, spread over the depth. Those next to a kink are left out.
  std::vector<Slopes> some() {
    const std::vector<const ParameterEntry*> trained = with_gradient();
    const std::size_t count = std::min(most_tensors, trained.size());
    std::vector<Slopes> found;
    for (std::size_t i = 0; i < count; ++i) {
      const ParameterEntry& entry = *trained[i * trained.size() / count];
      const double slope = norm(parameters().grad(entry));
      if (const std::optional<double> along = slope_along(entry, slope)) {
        found.push_back({entry.name, slope, *along});
      }
    }
    return found;
  }

  std::vector<const ParameterEntry*> with_gradient() {
    const double whole = norm(parameters().grads());
    std::vector<const ParameterEntry*> found;
    for (const ParameterEntry& entry : parameters().entries()) {
      if (entry.role == ParameterRole::running_mean || entry.role == ParameterRole::running_var) continue;
      if (norm(parameters().grad(entry)) > smallest_share * whole) found.push_back(&entry);
    }
    return found;
  }

 private:
  Parameters& parameters() { return probe_.parameters(); }
  double norm(const ConstTensorRef& values) {
    return std::sqrt(parameters().backend().sum_of_squares(values));
  }

  /// The difference quotient of the loss along the gradient of the tensor, whose norm is `slope`.
  std::optional<double> slope_along(const ParameterEntry& entry, double slope) {
    double before = NAN;
    for (const double change : loss_changes) {
      const double step = change * std::max(loss_, 0.01) / slope;
      const double above = (loss_at(entry, step / slope) - loss_) / step;
      const double below = (loss_ - loss_at(entry, -step / slope)) / step;
      const double middle = (above + below) / 2;
      if (difference(above, below) < sides_agree && difference(middle, before) < steps_agree) return middle;
      before = middle;
    }
    return std::nullopt;
  }

  /// The loss with `factor` times the tensor's gradient added to it.
  double loss_at(const ParameterEntry& entry, double factor) {
    const Tensor before = parameters().get(entry.name);
    parameters().backend().add_scaled(parameters().value(entry), parameters().grad(entry),
                                      static_cast<float>(factor));
    const double loss = probe_.loss(batch_, 0);
    parameters().set(entry.name, before);
    return loss;
  }

  GradientProbe probe_;
  const Batch& batch_;
  double loss_ = 0;
};

CheckResult check_gradients(Subject& subject) {
  constexpr std::int64_t pictures = 16;
  Loader loader(subject.data().train, {.batch_size = std::min(pictures, subject.data().train->size()),
                                       .sampler = {.name = "random"},
                                       .seed = subject.config().seed,
                                       .preprocessing = subject.learner().preprocessing()});
  loader.start(0);
  Differences differences(subject.learner(), *loader.next());
  CheckResult result{
      .did =
          "moved parameter tensors along their gradients and compared the slope of the loss with "
          "the backward pass",
      .expected = "slopes that differ by less than " + percent_text(tolerance, 0)};
  if (differences.with_gradient().empty()) {
    result.found = "no tensor has a gradient";
    result.outcome = Outcome::failed;
    result.advice =
        "the loss does not depend on the weights: a layer is dead or its weights are zero (--init)";
    return result;
  }
  const std::vector<Slopes> slopes = differences.some();
  if (slopes.empty()) {
    result.found =
        "nothing: each tensor is next to a kink of the loss, or its slope is too small for 32-bit numbers";
    return result;
  }
  const Slopes& worst = *std::ranges::max_element(slopes, {}, &Slopes::apart);
  result.found = fmt::format("at most {} in {} ({})", percent_text(worst.apart(), 1),
                             counted(slopes.size(), "tensor"), worst.tensor);
  result.outcome = worst.apart() < tolerance ? Outcome::passed : Outcome::failed;
  result.advice = fmt::format(
      "the gradient of {} is {:.3g} and the loss changes by {:.3g}: the backward pass of that layer or of "
      "one after "
      "it is wrong (check_gradients tests an operation alone)",
      worst.tensor, worst.by_backward, worst.by_differences);
  return result;
}

}  // namespace

void register_gradients(CheckRegistry& registry) {
  registry.add({.info = {.name = "gradients", .help = "gradients agree with finite differences of the loss"},
                .order = 3,
                .look = check_gradients});
}

}  // namespace lehr::checks
