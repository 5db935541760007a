#include <cmath>

#include "data/random_settings.hpp"
#include "data/transforms.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::data {
namespace {

constexpr double most_sigma = 100;

class GaussianBlur final : public Transform {
 public:
  explicit GaussianBlur(Settings& settings)
      : probability_(settings.real_or("probability", 1, {0, 1})),
        sigma_(settings.span_or("sigma", {0.1, 2}, {0.01, most_sigma})) {}

  void apply(Image& picture, TransformContext& context) const override {
    if (!happens(context.rng, probability_)) return;
    const double sigma = draw(context.rng, sigma_);
    // Beyond three sigmas, 0.3 % of the weight is left.
    image::gaussian_blur(picture, 2 * static_cast<std::int64_t>(std::ceil(3 * sigma)) + 1, sigma);
  }

 private:
  double probability_;
  Span sigma_;
};

}  // namespace

void register_gaussian_blur(TransformRegistry& registry) {
  registry.add_built_in("gaussian_blur",
                        [](Settings& settings) { return std::make_unique<GaussianBlur>(settings); });
}

}  // namespace lehr::data
