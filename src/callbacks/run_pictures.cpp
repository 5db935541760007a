#include "callbacks/run_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include "data/pictures.hpp"
#include "lehr/core/error.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/inference/grad_cam.hpp"

namespace lehr::run_pictures {
namespace {

using store::Picture;

constexpr std::int64_t samples_shown = 24;

/// The name of a class, or its number if there is no such class.
std::string class_name(std::span<const std::string> names, std::int64_t number) {
  return number >= 0 && number < std::ssize(names) ? names[static_cast<std::size_t>(number)]
                                                   : std::to_string(number);
}

/// Null if the network has no maps to look at, or an operation without gradient.
std::unique_ptr<GradCam> grad_cam_of(Learner& learner) {
  try {
    return std::make_unique<GradCam>(learner.model(), learner.parameters(), learner.preprocessing());
  } catch (const Error&) {
    return nullptr;
  }
}

std::string caption_of(const ReviewedSample& miss, const Dataset& dataset) {
  const auto names = dataset.class_names();
  const std::string name = dataset.name(miss.sample);  // short, so that a page does not cut it off
  return fmt::format("{} taken for {} ({:.0f} %), loss {:.2f}: {}", class_name(names, miss.truth),
                     class_name(names, miss.predicted), 100 * miss.probability, miss.loss,
                     name.empty() ? fmt::format("sample {}", miss.sample) : name);
}

void add_worst(std::vector<Picture>& all, const SetReview& review, Learner& learner) {
  const Dataset& dataset = *learner.data().valid;
  const std::unique_ptr<GradCam> grad_cam = grad_cam_of(learner);
  std::int64_t number = 0;
  for (const ReviewedSample& miss : review.worst()) {
    if (miss.sample >= dataset.size()) continue;  // a sample of another set that was validated
    const Image shown = pictures::sample(dataset, miss.sample, learner.preprocessing());
    const std::string caption = caption_of(miss, dataset);
    all.push_back({"top_loss", caption, number, pictures::png(shown)});
    if (grad_cam) {
      const Tensor heat = grad_cam->heat(shown, miss.predicted);
      all.push_back({"top_loss_heat", caption, number, pictures::png(with_heat(shown, heat))});
    }
    ++number;
  }
}

void add_filters(std::vector<Picture>& all, const Learner& learner) {
  for (const ParameterEntry& entry : learner.parameters().entries()) {
    if (entry.role != ParameterRole::weight || entry.shape.rank() != 4) continue;
    all.push_back({"filters", fmt::format("{} {}", entry.name, entry.shape.str()), 0,
                   pictures::png(pictures::filters(learner.parameters().get(entry.name)))});
    return;
  }
}

void add_feature_maps(std::vector<Picture>& all, Learner& learner) {
  const std::array<std::int64_t, 1> first{0};
  const Dataset& valid = *learner.data().valid;
  const Preprocessing& preprocessing = learner.preprocessing();
  all.push_back({"feature_map", "the image", 0, pictures::png(pictures::sample(valid, 0, preprocessing))});
  for (const LayerOutput& output :
       activations(learner.model(), learner.parameters(), preprocessing, learner.data().valid, first)) {
    const Shape& shape = output.values.shape();
    if (shape.rank() != 4 || shape[2] * shape[3] == 1) continue;
    all.push_back(
        {"feature_map",
         fmt::format("{} ({}), {} maps of {} x {}", output.layer, output.type, shape[1], shape[2], shape[3]),
         static_cast<std::int64_t>(all.size()), pictures::png(pictures::maps(output.values))});
  }
}

}  // namespace

std::vector<Picture> samples(Learner& learner) {
  const Batch& batch = learner.batch();
  const auto names = learner.data().train->class_names();
  const auto elements = static_cast<std::size_t>(batch.image_shape.numel());
  const std::span<const float> values = batch.pixels();
  std::vector<Picture> all;
  for (std::int64_t i = 0; i < std::min(batch.size, samples_shown); ++i) {
    const std::span<const float> image = values.subspan(static_cast<std::size_t>(i) * elements, elements);
    all.push_back({"sample", class_name(names, batch.targets[i]), i,
                   pictures::png(pictures::input(image, learner.preprocessing()))});
  }
  return all;
}

std::vector<Picture> at_end(Learner& learner, const SetReview& review) {
  std::vector<Picture> all;
  add_worst(all, review, learner);
  add_filters(all, learner);
  add_feature_maps(all, learner);
  return all;
}

}  // namespace lehr::run_pictures
