#include "data/transforms.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::data {
namespace {

class HorizontalFlip final : public Transform {
 public:
  explicit HorizontalFlip(double probability) : probability_(probability) {}
  void apply(Image& picture, TransformContext& context) const override {
    if (static_cast<double>(context.rng.uniform()) < probability_) image::mirror(picture);
  }

 private:
  double probability_;
};

}  // namespace

void register_horizontal_flip(TransformRegistry& registry) {
  registry.add_built_in("horizontal_flip", [](Settings& settings) {
    return std::make_unique<HorizontalFlip>(settings.real_or("probability", 0.5, {0, 1}));
  });
}

}  // namespace lehr::data
