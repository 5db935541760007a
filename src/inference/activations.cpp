#include "lehr/inference/activations.hpp"

#include <cmath>

#include "classifier/classifier.hpp"
#include "data/batch_maker.hpp"
#include "lehr/core/error.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/layers.hpp"

namespace lehr {
namespace {

ImageInput check(const Graph& model, const Preprocessing& preprocessing, const Dataset& dataset,
                 std::span<const std::int64_t> samples) {
  const ImageInput input = image_input_of(model);
  check_images_fit(input, dataset, preprocessing);
  check_preprocessing_fits(preprocessing, input);
  if (samples.empty()) throw BadInput("expected samples to look at, found none");
  for (const std::int64_t sample : samples) check_sample(dataset, sample);
  return input;
}

void normalise(std::span<float> values) {
  double sum = 0;
  double count = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    sum += static_cast<double>(value);
    ++count;
  }
  const double mean = count > 0 ? sum / count : 0;
  double squares = 0;
  for (const float value : values) {
    if (std::isfinite(value)) squares += std::pow(static_cast<double>(value) - mean, 2);
  }
  const double std = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
  for (float& value : values) {
    if (!std::isfinite(value)) continue;
    value = std > 0 ? static_cast<float>((static_cast<double>(value) - mean) / std) : 0;
  }
}

}  // namespace

std::vector<LayerOutput> activations(const Graph& model, Parameters& parameters,
                                     const Preprocessing& preprocessing,
                                     std::shared_ptr<const Dataset> dataset,
                                     std::span<const std::int64_t> samples,
                                     const ActivationsOptions& options) {
  const ImageInput input = check(model, preprocessing, given(dataset), samples);
  const std::vector<Layer> layers = layers_named(options.layers, model);
  const auto watched = [&](const Layer& layer) {
    return options.before_activation ? layer.before_activation : layer.output();
  };
  const auto count = static_cast<std::int64_t>(samples.size());
  PlanOptions plan_options{.batch_size = count, .mode = Mode::eval};
  for (const Layer& layer : layers) plan_options.keep.push_back(watched(layer));
  Plan plan(model, parameters, plan_options);

  data::BatchBuffer batch(count, preprocessing.shape);
  data::BatchMaker(dataset, preprocessing).fill(samples, batch);
  plan.bind_input(input.node, batch.images.elements<float>());
  plan.forward();

  std::vector<LayerOutput> outputs;
  for (const Layer& layer : layers) {
    const ConstTensorRef value = plan.value(watched(layer));
    outputs.push_back({layer.name, layer.type, parameters.backend().download_tensor(value)});
    if (options.normalised) normalise(outputs.back().values.elements<float>());
  }
  return outputs;
}

}  // namespace lehr
