#include <algorithm>
#include <mutex>
#include <optional>

#include "classifier/classifier.hpp"
#include "classifier/model_use.hpp"
#include "data/preprocessor.hpp"
#include "data/sample_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/predictor.hpp"
#include "metrics/soft_max.hpp"

namespace lehr {
namespace {

/// Replaces the scores of one sample by probabilities.
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
  data::Preprocessor preprocessor;
  std::vector<float> staged;      // one batch
  std::optional<Plan> full;       // of batch_size images
  std::optional<Plan> remainder;  // for the size of the last incomplete batch

  State(const Model& used, std::int64_t batch)
      : model(used),
        input(used.graph.inputs().front()),
        batch_size(static_cast<std::size_t>(batch)),
        image_size(static_cast<std::size_t>(used.image_shape().numel())),
        classes(used.class_names.size()),
        preprocessor(used.preprocessing) {}

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

  /// Runs one batch of `count` pictures, at most batch_size. `write` provides the input of each
  /// picture. Writes a row of probabilities for each.
  template <class Write>
  void run(std::size_t count, std::span<float> probabilities, const Write& write) {
    const std::lock_guard lock(mutex);
    Plan& plan = plan_for(count);
    staged.resize(count * image_size);
    for (std::size_t i = 0; i < count; ++i) {
      write(i, std::span(staged).subspan(i * image_size, image_size));
    }
    plan.bind_input(input, staged);
    plan.forward();
    model.parameters->backend().download(probabilities.data(), plan.value(model.graph.output()));
    for (std::size_t row = 0; row < probabilities.size(); row += classes) {
      softmax(probabilities.subspan(row, classes));
    }
  }

  /// The same for any number of pictures.
  template <class Write>
  std::vector<float> run_all(std::size_t pictures, const Write& write) {
    std::vector<float> result(pictures * classes);
    for (std::size_t first = 0; first < pictures; first += batch_size) {
      const std::size_t count = std::min(batch_size, pictures - first);
      run(count, std::span(result).subspan(first * classes, count * classes),
          [&](std::size_t i, std::span<float> input_values) { write(first + i, input_values); });
    }
    return result;
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
  return s.run_all(pixels.size() / s.image_size, [&](std::size_t i, std::span<float> input) {
    s.preprocessor.convert(pixels.subspan(i * s.image_size, s.image_size), input);
  });
}

std::vector<float> Predictor::probabilities(std::span<const Image> pictures) const {
  State& s = *state_;
  Image picture;
  return s.run_all(pictures.size(), [&](std::size_t i, std::span<float> input) {
    picture = pictures[i];
    s.preprocessor.apply(picture, input);
  });
}

std::vector<float> Predictor::probabilities(const Dataset& dataset,
                                            std::span<const std::int64_t> samples) const {
  State& s = *state_;
  check_images_fit(image_input_of(s.model.graph), dataset, s.model.preprocessing);
  for (const std::int64_t sample : samples) check_sample(dataset, sample);
  Image picture;
  return s.run_all(samples.size(), [&](std::size_t i, std::span<float> input) {
    try {
      dataset.read(samples[i], picture);
      s.preprocessor.apply(picture, input);
    } catch (...) {
      data::rethrow_naming(dataset, samples[i]);
    }
  });
}

std::vector<ClassProbability> Predictor::classify(const Image& picture, std::size_t top) const {
  return most_probable(probabilities(std::span(&picture, 1)), state_->model.class_names, top);
}

}  // namespace lehr
