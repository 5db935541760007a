#include "data/transforms.hpp"
#include "image/sides.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::data {
namespace {

class Resize final : public Transform {
 public:
  explicit Resize(Settings& settings)
      : width_(settings.integer("width", {1, image::longest_side})),
        height_(settings.integer("height", {1, image::longest_side})),
        fit_(image::fit_by_name(settings.text_or("fit", "stretch"))) {}

  void apply(Image& picture, TransformContext& /*context*/) const override {
    if (picture.width == width_ && picture.height == height_) return;
    picture = image::fit(picture, width_, height_, fit_);
  }

 private:
  std::int64_t width_;
  std::int64_t height_;
  Fit fit_;
};

}  // namespace

void register_resize(TransformRegistry& registry) {
  registry.add_built_in("resize", [](Settings& settings) { return std::make_unique<Resize>(settings); });
}

}  // namespace lehr::data
