#include "data/augment_operations.hpp"
#include "data/transforms.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {
namespace {

/// Source: Cubuk and others, "RandAugment: Practical automated data augmentation with a reduced search
/// space", 2019.
class RandAugment final : public LazyTransform {
 public:
  explicit RandAugment(Settings& settings)
      : operations_(settings.integer_or("num_ops", 2, {0, 100})),
        magnitude_(settings.integer_or("magnitude", 9, {0, 1000})),
        bins_(settings.integer_or("num_magnitude_bins", 31, {2, 1001})),
        border_(border_of(settings)) {
    if (magnitude_ < bins_) return;
    throw BadInput("the transform rand_augment: magnitude must be below num_magnitude_bins, found " +
                   std::to_string(magnitude_) + " of " + std::to_string(bins_));
  }

  void apply_lazily(LazyPicture& picture, TransformContext& context) const override {
    const double level = static_cast<double>(magnitude_) / static_cast<double>(bins_ - 1);
    for (std::int64_t i = 0; i < operations_; ++i) {
      const Operation operation = draw_operation(context.rng);
      data::apply(operation, rand_augment_limits, with_direction(operation, level, context.rng), border_,
                  picture);
    }
  }

 private:
  std::int64_t operations_;
  std::int64_t magnitude_;
  std::int64_t bins_;
  image::Border border_;
};

}  // namespace

void register_rand_augment(TransformRegistry& registry) {
  registry.add_built_in("rand_augment",
                        [](Settings& settings) { return std::make_unique<RandAugment>(settings); });
}

}  // namespace lehr::data
