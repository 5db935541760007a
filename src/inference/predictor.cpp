#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <optional>

#include "classifier/classifier.hpp"
#include "classifier/model_use.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/predictor.hpp"
#include "metrics/soft_max.hpp"

namespace lehr {
namespace {

/// The normalised value of every byte, by channel.
using ByteTable = std::vector<std::array<float, 256>>;

ByteTable byte_table(const Normalisation& normalisation) {
  ByteTable table(normalisation.mean.size());
  for (std::size_t channel = 0; channel < table.size(); ++channel) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      table[channel][byte] =
          (static_cast<float>(byte) / 255.0F - normalisation.mean[channel]) / normalisation.std[channel];
    }
  }
  return table;
}

/// Written over the scores of one sample.
void softmax(std::span<float> scores) {
  const SoftMax of_sample(scores);
  for (float& score : scores) score = static_cast<float>(of_sample.probability(score));
}

}  // namespace

struct Predictor::State {
  static constexpr const char* class_name = "a Predictor";

  std::mutex mutex;  // held while a batch runs
  Model model;
  NodeId input;
  std::size_t batch_size;
  std::size_t image_size;  // elements of one image
  std::size_t classes;
  ByteTable table;
  std::vector<float> staged;      // one batch
  std::optional<Plan> full;       // of batch_size images
  std::optional<Plan> remainder;  // of as many as the last incomplete batch had

  State(const Model& used, std::int64_t batch)
      : model(used),
        input(used.graph.inputs().front()),
        batch_size(static_cast<std::size_t>(batch)),
        image_size(static_cast<std::size_t>(used.image_shape().numel())),
        classes(used.class_names.size()),
        table(byte_table(used.normalisation)) {}

  Plan& plan_for(std::size_t count) {
    std::optional<Plan>& plan = count == batch_size ? full : remainder;
    const auto size = static_cast<std::int64_t>(count);
    if (!plan || plan->options().batch_size != size) {
      plan.reset();
      PlanOptions options;
      options.batch_size = size;
      options.mode = Mode::eval;
      plan.emplace(model.graph, *model.parameters, options);
      check_memory(*plan, model.parameters->backend());
    }
    return *plan;
  }

  void stage(std::span<const std::uint8_t> pixels) {
    const std::size_t channels = table.size();
    staged.resize(pixels.size());
    for (std::size_t i = 0; i < pixels.size(); i += channels) {
      for (std::size_t c = 0; c < channels; ++c) staged[i + c] = table[c][pixels[i + c]];
    }
  }

  /// Bytes of at most batch_size images to as many rows of probabilities.
  void run(std::span<const std::uint8_t> pixels, std::span<float> probabilities) {
    const std::lock_guard lock(mutex);
    Plan& plan = plan_for(pixels.size() / image_size);
    stage(pixels);
    plan.bind_input(input, staged);
    plan.forward();
    model.parameters->backend().download(probabilities.data(), plan.value(model.graph.output()));
    for (std::size_t row = 0; row < probabilities.size(); row += classes) {
      softmax(probabilities.subspan(row, classes));
    }
  }
};

Predictor::Predictor(const Model& model, std::int64_t batch_size) {
  check_model(model);
  if (batch_size < 1) {
    throw BadInput("the batch size must be 1 or more, found " + std::to_string(batch_size));
  }
  state_ = std::make_unique<State>(model, batch_size);
}

Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

std::vector<float> Predictor::probabilities(std::span<const std::uint8_t> pixels) const {
  State& s = *state_;
  if (pixels.size() % s.image_size != 0) {
    throw BadInput("expected whole images of " + counted(s.image_size, "byte") + ", found " +
                   counted(pixels.size(), "byte"));
  }
  const std::size_t images = pixels.size() / s.image_size;
  std::vector<float> result(images * s.classes);
  for (std::size_t first = 0; first < images; first += s.batch_size) {
    const std::size_t count = std::min(s.batch_size, images - first);
    s.run(pixels.subspan(first * s.image_size, count * s.image_size),
          std::span(result).subspan(first * s.classes, count * s.classes));
  }
  return result;
}

std::vector<ClassProbability> Predictor::classify(const data::Image& picture, std::size_t top) const {
  const Model& model = state_->model;
  return most_probable(probabilities(fit_picture(picture, model.image_shape()).pixels), model.class_names,
                       top);
}

std::vector<float> Predictor::probabilities(const Dataset& dataset,
                                            std::span<const std::int64_t> samples) const {
  State& s = *state_;
  check_images_fit(image_input_of(s.model.graph), dataset);
  std::vector<float> result(samples.size() * s.classes);
  std::vector<std::uint8_t> pixels;
  for (std::size_t first = 0; first < samples.size(); first += s.batch_size) {
    const std::size_t count = std::min(s.batch_size, samples.size() - first);
    pixels.resize(count * s.image_size);
    for (std::size_t i = 0; i < count; ++i) {
      check_sample(dataset, samples[first + i]);
      dataset.read(samples[first + i], std::span(pixels).subspan(i * s.image_size, s.image_size));
    }
    s.run(pixels, std::span(result).subspan(first * s.classes, count * s.classes));
  }
  return result;
}

}  // namespace lehr
