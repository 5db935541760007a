#include "data/augment_operations.hpp"
#include "data/transforms.hpp"

namespace lehr::data {
namespace {

/// One operation of random strength.
/// Source: Müller and Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", 2021.
class TrivialAugmentWide final : public LazyTransform {
 public:
  explicit TrivialAugmentWide(Settings& settings)
      : bins_(settings.integer_or("num_magnitude_bins", 31, {2, 1001})), border_(border_of(settings)) {}

  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    const Operation operation = draw_operation(context.rng);
    const auto bin = static_cast<double>(draw_up_to(context.rng, bins_ - 1));
    const double level = bin / static_cast<double>(bins_ - 1);
    data::apply(operation, trivial_augment_limits, with_direction(operation, level, context.rng), border_,
                picture);
  }

 private:
  std::int64_t bins_;
  image::Border border_;
};

}  // namespace

void register_trivial_augment_wide(TransformRegistry& registry) {
  registry.add_built_in("trivial_augment_wide",
                        [](Settings& settings) { return std::make_unique<TrivialAugmentWide>(settings); });
}

}  // namespace lehr::data
