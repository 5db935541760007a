#include <string>

#include "data/random_settings.hpp"
#include "data/transforms.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {
namespace {

/// Takes a part of the picture at a random position, after adding borders of `padding` pixels.
class RandomCrop final : public LazyTransform {
 public:
  explicit RandomCrop(Settings& settings)
      : size_(size_of(settings)),
        padding_(settings.integer_or("padding", 0, {0, image::longest_side})),
        border_(border_of(settings)) {}

  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    image::Geometry& geometry = padding_ > 0 ? picture.geometry(border_) : picture.geometry();
    const Size size = size_.width > 0 ? size_ : Size{geometry.width, geometry.height};
    const std::int64_t spare_width = geometry.width + 2 * padding_ - size.width;
    const std::int64_t spare_height = geometry.height + 2 * padding_ - size.height;
    if (spare_width < 0 || spare_height < 0) {
      throw BadInput("random_crop cannot cut " + std::to_string(size.width) + " x " +
                     std::to_string(size.height) + " pixels out of a picture of " +
                     std::to_string(geometry.width) + " x " + std::to_string(geometry.height) +
                     " with a padding of " + std::to_string(padding_));
    }
    image::Part part{.width = size.width, .height = size.height};
    part.left = draw_up_to(context.rng, spare_width) - padding_;
    part.top = draw_up_to(context.rng, spare_height) - padding_;
    geometry.crop(part);
  }

 private:
  Size size_;
  std::int64_t padding_;
  image::Border border_;
};

}  // namespace

void register_random_crop(TransformRegistry& registry) {
  registry.add_built_in("random_crop",
                        [](Settings& settings) { return std::make_unique<RandomCrop>(settings); });
}

}  // namespace lehr::data
