#include "lehr/data/augmentation.hpp"

#include <algorithm>
#include <array>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/transform.hpp"

namespace lehr::data {
namespace {

struct NamedAugmentation {
  std::string_view name;
  std::string_view transforms;  ///< JSON, as transforms_from_json reads it
};

constexpr std::array<NamedAugmentation, 4> augmentations{{
    {"none", "[]"},
    // Shifts by up to an eighth of the side are 4 of 32 pixels, as usual on CIFAR-10.
    {"light", R"([
       {"name": "random_affine", "translate_x": 0.125, "translate_y": 0.125, "border": "reflect"},
       {"name": "horizontal_flip"}])"},
    {"photos", R"([
       {"name": "random_resized_crop", "scale": [0.35, 1]},
       {"name": "horizontal_flip"},
       {"name": "color_jitter", "brightness": 0.2, "contrast": 0.2, "saturation": 0.2}])"},
    // A mirrored edge would double strokes, so what comes in from beyond it is black.
    {"digits", R"([
       {"name": "random_affine", "degrees": 10, "translate_x": 0.1, "translate_y": 0.1,
        "scale": [0.9, 1.1], "shear_x": 5}])"},
}};

}  // namespace

std::vector<TransformSpec> augmentation(std::string_view name) {
  const auto found = std::ranges::find(augmentations, name, &NamedAugmentation::name);
  if (found == augmentations.end()) throw unknown_name("augmentation", printable(name), augmentation_names());
  return transforms_from_json(found->transforms);
}

std::vector<std::string> augmentation_names() {
  std::vector<std::string> names;
  for (const NamedAugmentation& one : augmentations) names.emplace_back(one.name);
  return names;
}

}  // namespace lehr::data
