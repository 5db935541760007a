#include "data/random_settings.hpp"
#include "data/transforms.hpp"

namespace lehr::data {
namespace {

class HorizontalFlip final : public LazyTransform {
 public:
  explicit HorizontalFlip(double probability) : probability_(probability) {}
  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    if (happens(context.rng, probability_)) picture.geometry().mirror();
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
