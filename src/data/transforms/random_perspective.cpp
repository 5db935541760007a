#include "data/random_settings.hpp"
#include "data/transforms.hpp"

namespace lehr::data {
namespace {

/// Moves each corner towards the middle by a random distance. Source: torchvision's RandomPerspective.
class RandomPerspective final : public LazyTransform {
 public:
  explicit RandomPerspective(Settings& settings)
      : distortion_(settings.real_or("distortion_scale", 0.5, {0, 0.99})),
        probability_(settings.real_or("probability", 0.5, {0, 1})),
        border_(border_of(settings)) {}

  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    if (!happens(context.rng, probability_)) return;
    const image::Geometry& before = picture.geometry();
    if (before.width < 2 || before.height < 2) return;
    const double right = static_cast<double>(before.width - 1);
    const double bottom = static_cast<double>(before.height - 1);
    const auto across = [&] { return draw_distance(context.rng, before.width); };
    const auto down = [&] { return draw_distance(context.rng, before.height); };
    const image::Corners corners{{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}}};
    image::Corners moved = corners;
    const std::array<std::array<double, 2>, 4> inwards{{{1, 1}, {-1, 1}, {-1, -1}, {1, -1}}};
    for (std::size_t i = 0; i < moved.size(); ++i) {
      moved[i].x += inwards[i][0] * across();
      moved[i].y += inwards[i][1] * down();
    }
    picture.geometry(border_).warp(image::map_of(moved, corners));
  }

 private:
  double draw_distance(Rng& rng, std::int64_t side) const {
    const auto most = static_cast<std::int64_t>(distortion_ * static_cast<double>(side / 2));
    return static_cast<double>(draw_up_to(rng, most));
  }

  double distortion_;
  double probability_;
  image::Border border_;
};

}  // namespace

void register_random_perspective(TransformRegistry& registry) {
  registry.add_built_in("random_perspective",
                        [](Settings& settings) { return std::make_unique<RandomPerspective>(settings); });
}

}  // namespace lehr::data
