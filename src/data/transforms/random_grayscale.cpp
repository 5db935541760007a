#include "data/random_settings.hpp"
#include "data/transforms.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::data {
namespace {

class RandomGrayscale final : public Transform {
 public:
  explicit RandomGrayscale(double probability) : probability_(probability) {}
  void apply(Image& picture, TransformContext& context) const override {
    if (happens(context.rng, probability_)) image::grayscale(picture);
  }

 private:
  double probability_;
};

}  // namespace

void register_random_grayscale(TransformRegistry& registry) {
  registry.add_built_in("random_grayscale", [](Settings& settings) {
    return std::make_unique<RandomGrayscale>(settings.real_or("probability", 0.1, {0, 1}));
  });
}

}  // namespace lehr::data
