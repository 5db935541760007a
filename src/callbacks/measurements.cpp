#include "lehr/callbacks/measurements.hpp"

#include <algorithm>

#include "lehr/callbacks/gradient_noise_scale.hpp"
#include "lehr/callbacks/gradient_norm.hpp"
#include "lehr/callbacks/loss_noise.hpp"
#include "lehr/callbacks/sharpness.hpp"
#include "lehr/callbacks/valley.hpp"
#include "lehr/callbacks/weight_norm.hpp"
#include "lehr/core/error.hpp"

namespace lehr {
namespace {

template <class SomeCallback>
std::unique_ptr<Callback> make() {
  return std::make_unique<SomeCallback>();
}

}  // namespace

const std::vector<EpochMeasurement>& epoch_measurements() {
  static const std::vector<EpochMeasurement> all{
      {"weight_norm", {{"weight_norm", "L2 norm of all weights after the epoch"}}, make<WeightNorm>},
      {"gradient_norm",
       {{"gradient_norm", "L2 norm of the gradient, mean over the epoch's steps"},
        {"gradient_norm_max", "largest L2 norm of the gradient in the epoch"}},
       make<GradientNorm>},
      {"loss_noise",
       {{"loss_noise", "standard deviation of the batch losses around their trend, last third of the epoch"},
        {"loss_spike", "largest batch loss of the epoch divided by the first one of the training"}},
       make<LossNoise>},
      {"noise_scale",
       {{"noise_scale", "gradient noise scale of the epoch", "images"},
        {"noise_scale_smoothed", "gradient noise scale, averaged over the training so far", "images"},
        {"noise_scale_signal", "squared norm of the mean gradient, unbiased"},
        {"noise_scale_noise", "trace of the covariance of the gradients of single images, unbiased"}},
       make<GradientNoiseScale>},
      {"sharpness",
       {{"sharpness_start", "largest eigenvalue of the Hessian of the training loss before the first batch"},
        {"sharpness", "largest eigenvalue of the Hessian of the training loss after the epoch"}},
       make<Sharpness>},
      {"valley",
       {{"valley_before", "validation loss with the weights of the middle of the last epoch"},
        {"valley_between", "validation loss with the mean of the weights of the last epoch's middle and end"},
        {"valley_end", "validation loss with the weights of the end of the last epoch"}},
       make<Valley>}};
  return all;
}

const EpochMeasurement& epoch_measurement(const std::string& name) {
  const std::vector<EpochMeasurement>& all = epoch_measurements();
  const auto found = std::ranges::find(all, name, &EpochMeasurement::name);
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const EpochMeasurement& one : all) names.push_back(one.name);
  throw unknown_name("measurement", name, names);
}

const EpochMeasurement* measurement_of_value(const std::string& value) {
  for (const EpochMeasurement& one : epoch_measurements()) {
    if (std::ranges::find(one.values, value, &MeasuredValue::name) != one.values.end()) return &one;
  }
  return nullptr;
}

}  // namespace lehr
