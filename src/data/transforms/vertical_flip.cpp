#include "data/random_settings.hpp"
#include "data/transforms.hpp"

namespace lehr::data {
namespace {

class VerticalFlip final : public LazyTransform {
 public:
  explicit VerticalFlip(double probability) : probability_(probability) {}
  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    if (happens(context.rng, probability_)) picture.geometry().turn_over();
  }

 private:
  double probability_;
};

}  // namespace

void register_vertical_flip(TransformRegistry& registry) {
  registry.add_built_in("vertical_flip", [](Settings& settings) {
    return std::make_unique<VerticalFlip>(settings.real_or("probability", 0.5, {0, 1}));
  });
}

}  // namespace lehr::data
