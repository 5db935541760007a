#include <algorithm>
#include <cmath>

#include "data/random_settings.hpp"
#include "data/transforms.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::data {
namespace {

/// Erases a square whose centre is anywhere in the picture.
/// Source: DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017.
class Cutout final : public Transform {
 public:
  explicit Cutout(Settings& settings)
      : probability_(settings.real_or("probability", 1, {0, 1})),
        size_(settings.real_or("size", 0.5, {0, 1})),
        value_(settings.real_or("value", 127, {0, 255})) {}

  void apply(Image& picture, TransformContext& context) const override {
    if (!happens(context.rng, probability_)) return;
    const auto side = std::llround(size_ * static_cast<double>(std::min(picture.width, picture.height)));
    image::Part part{.width = side, .height = side};
    part.left = draw_up_to(context.rng, picture.width - 1) - side / 2;
    part.top = draw_up_to(context.rng, picture.height - 1) - side / 2;
    image::erase(picture, part, value_);
  }

 private:
  double probability_;
  double size_;
  double value_;
};

}  // namespace

void register_cutout(TransformRegistry& registry) {
  registry.add_built_in("cutout", [](Settings& settings) { return std::make_unique<Cutout>(settings); });
}

}  // namespace lehr::data
