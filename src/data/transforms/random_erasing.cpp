#include "data/random_part.hpp"
#include "data/transforms.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::data {
namespace {

/// Source: Zhong and others, "Random Erasing Data Augmentation", AAAI 2020; limits as torchvision's
/// RandomErasing.
class RandomErasing final : public Transform {
 public:
  explicit RandomErasing(Settings& settings)
      : probability_(settings.real_or("probability", 0.5, {0, 1})),
        limits_{settings.span_or("scale", {0.02, 0.33}, {0, 1}),
                settings.span_or("ratio", {0.3, 3.3}, {1e-3, 1e3})},
        value_(settings.real_or("value", 127, {0, 255})) {}

  void apply(Image& picture, TransformContext& context) const override {
    if (!happens(context.rng, probability_)) return;
    const auto part = draw_part({picture.width, picture.height}, limits_, context.rng);
    if (part) image::erase(picture, *part, value_);
  }

 private:
  double probability_;
  PartLimits limits_;
  double value_;
};

}  // namespace

void register_random_erasing(TransformRegistry& registry) {
  registry.add_built_in("random_erasing",
                        [](Settings& settings) { return std::make_unique<RandomErasing>(settings); });
}

}  // namespace lehr::data
