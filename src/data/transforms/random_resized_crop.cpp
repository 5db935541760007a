#include <algorithm>
#include <cmath>

#include "data/random_part.hpp"
#include "data/transforms.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/preprocessing.hpp"

namespace lehr::data {
namespace {

constexpr double least_scale = 1e-6;
constexpr double most_ratio = 1000;

/// Takes a part of random area and aspect ratio and scales it. Source: torchvision's RandomResizedCrop.
class RandomResizedCrop final : public LazyTransform {
 public:
  explicit RandomResizedCrop(Settings& settings)
      : size_(size_of(settings)),
        limits_{settings.span_or("scale", {0.08, 1}, {least_scale, 1}),
                settings.span_or("ratio", {3.0 / 4, 4.0 / 3}, {1 / most_ratio, most_ratio})} {}

  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    const Size size = result_size(context);
    image::Geometry& geometry = picture.geometry();
    const Size whole{geometry.width, geometry.height};
    geometry.crop(draw_part(whole, limits_, context.rng).value_or(centred_part(whole)));
    geometry.resize(size.width, size.height);
  }

 private:
  Size result_size(const TransformContext& context) const {
    if (size_.width > 0) return size_;
    if (context.preprocessing == nullptr) {
      throw BadInput("random_resized_crop needs width and height, since no network says them");
    }
    return {context.preprocessing->shape[2], context.preprocessing->shape[1]};
  }

  /// The largest part in the middle whose ratio is within the limits.
  image::Part centred_part(const Size& whole) const {
    image::Part part{.width = whole.width, .height = whole.height};
    const double ratio = static_cast<double>(whole.width) / static_cast<double>(whole.height);
    if (ratio < limits_.ratio.least) {
      part.height = std::llround(static_cast<double>(whole.width) / limits_.ratio.least);
    } else if (ratio > limits_.ratio.most) {
      part.width = std::llround(static_cast<double>(whole.height) * limits_.ratio.most);
    }
    part.width = std::max<std::int64_t>(1, part.width);
    part.height = std::max<std::int64_t>(1, part.height);
    part.left = (whole.width - part.width) / 2;
    part.top = (whole.height - part.height) / 2;
    return part;
  }

  Size size_;
  PartLimits limits_;
};

}  // namespace

void register_random_resized_crop(TransformRegistry& registry) {
  registry.add_built_in("random_resized_crop",
                        [](Settings& settings) { return std::make_unique<RandomResizedCrop>(settings); });
}

}  // namespace lehr::data
