#include <algorithm>
#include <string>
#include <utility>

#include "data/transforms.hpp"
#include "image/sides.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::data {
namespace {

/// Takes a part of the picture at a random position, after adding black borders of `padding`
/// pixels.
class RandomCrop final : public Transform {
 public:
  explicit RandomCrop(Settings& settings)
      : width_(settings.integer("width", {1, image::longest_side})),
        height_(settings.integer("height", {1, image::longest_side})),
        padding_(settings.integer_or("padding", 0, {0, image::longest_side})) {}

  void apply(Image& picture, TransformContext& context) const override {
    const std::int64_t spare_width = picture.width + 2 * padding_ - width_;
    const std::int64_t spare_height = picture.height + 2 * padding_ - height_;
    if (spare_width < 0 || spare_height < 0) {
      throw BadInput("random_crop cannot cut " + std::to_string(width_) + " x " + std::to_string(height_) +
                     " pixels out of a picture of " + std::to_string(picture.width) + " x " +
                     std::to_string(picture.height) + " with a padding of " + std::to_string(padding_));
    }
    const image::Part part{.left = place(spare_width, context.rng),
                           .top = place(spare_height, context.rng),
                           .width = width_,
                           .height = height_};
    image::crop(picture, part, context.room);
    std::swap(picture, context.room);
  }

 private:
  std::int64_t place(std::int64_t spare, Rng& rng) const {
    return static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(spare) + 1)) - padding_;
  }

  std::int64_t width_;
  std::int64_t height_;
  std::int64_t padding_;
};

}  // namespace

void register_random_crop(TransformRegistry& registry) {
  registry.add_built_in("random_crop",
                        [](Settings& settings) { return std::make_unique<RandomCrop>(settings); });
}

}  // namespace lehr::data
