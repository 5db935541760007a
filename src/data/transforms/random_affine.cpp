#include <cmath>

#include "data/random_settings.hpp"
#include "data/transforms.hpp"

namespace lehr::data {
namespace {

constexpr double most_degrees = 360;
constexpr double most_shear = 80;
constexpr double most_scale = 100;

/// Source: torchvision's RandomAffine, which also rounds shifts to whole pixels.
class RandomAffine final : public LazyTransform {
 public:
  explicit RandomAffine(Settings& settings)
      : probability_(settings.real_or("probability", 1, {0, 1})),
        degrees_(settings.span_around("degrees", 0, 0, {-most_degrees, most_degrees})),
        right_(settings.real_or("translate_x", 0, {0, 1})),
        down_(settings.real_or("translate_y", 0, {0, 1})),
        scale_(settings.span_or("scale", {1, 1}, {1 / most_scale, most_scale})),
        shear_x_(settings.span_around("shear_x", 0, 0, {-most_shear, most_shear})),
        shear_y_(settings.span_around("shear_y", 0, 0, {-most_shear, most_shear})),
        border_(border_of(settings)) {}

  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    if (!happens(context.rng, probability_)) return;
    image::Geometry& geometry = picture.geometry(border_);
    image::Affine affine;
    affine.degrees = draw(context.rng, degrees_);
    affine.right = draw_shift(context.rng, right_, geometry.width);
    affine.down = draw_shift(context.rng, down_, geometry.height);
    affine.scale = draw(context.rng, scale_);
    affine.shear_x = draw(context.rng, shear_x_);
    affine.shear_y = draw(context.rng, shear_y_);
    geometry.warp(image::source_of(affine, geometry.centre()));
  }

 private:
  static double draw_shift(Rng& rng, double share, std::int64_t side) {
    const double most = share * static_cast<double>(side);
    return std::round(draw(rng, {-most, most}));
  }

  double probability_;
  Span degrees_;
  double right_, down_;
  Span scale_;
  Span shear_x_, shear_y_;
  image::Border border_;
};

}  // namespace

void register_random_affine(TransformRegistry& registry) {
  registry.add_built_in("random_affine",
                        [](Settings& settings) { return std::make_unique<RandomAffine>(settings); });
}

}  // namespace lehr::data
