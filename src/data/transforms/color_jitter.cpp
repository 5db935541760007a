#include <array>
#include <utility>

#include "data/random_settings.hpp"
#include "data/transforms.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::data {
namespace {

constexpr double most_factor = 100;

/// Changes brightness, contrast, saturation and hue, in random order. Source: torchvision's ColorJitter.
class ColorJitter final : public Transform {
 public:
  explicit ColorJitter(Settings& settings)
      : probability_(settings.real_or("probability", 1, {0, 1})),
        changes_{{{image::adjust_brightness, factors(settings, "brightness")},
                  {image::adjust_contrast, factors(settings, "contrast")},
                  {image::adjust_saturation, factors(settings, "saturation")},
                  {image::adjust_hue, settings.span_around("hue", 0, 0, {-0.5, 0.5})}}} {}

  void apply(Image& picture, TransformContext& context) const override {
    if (!happens(context.rng, probability_)) return;
    std::array<std::size_t, 4> order{0, 1, 2, 3};
    for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[context.rng.below(i + 1)]);
    for (const std::size_t i : order) {
      const Change& change = changes_[i];
      const double number = draw(context.rng, change.span);
      const double no_change = i == 3 ? 0 : 1;
      if (number != no_change) change.make(picture, number);
    }
  }

 private:
  struct Change {
    void (*make)(Image& picture, double number);
    Span span;
  };

  static Span factors(Settings& settings, const char* name) {
    return settings.span_around(name, 1, 0, {0, most_factor});
  }

  double probability_;
  std::array<Change, 4> changes_;
};

}  // namespace

void register_color_jitter(TransformRegistry& registry) {
  registry.add_built_in("color_jitter",
                        [](Settings& settings) { return std::make_unique<ColorJitter>(settings); });
}

}  // namespace lehr::data
