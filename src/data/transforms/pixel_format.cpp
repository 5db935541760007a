#include "data/transforms.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::data {
namespace {

/// Changes the number of channels or bits. A number that is not set stays as it is.
class PixelFormat final : public Transform {
 public:
  explicit PixelFormat(Settings& settings)
      : channels_(settings.integer_or("channels", 0, {1, 4})),
        bits_(static_cast<int>(settings.integer_or("bits", 0, {8, 16}))) {
    if (bits_ != 0 && bits_ != 8 && bits_ != 16) {
      throw BadInput("the transform pixel_format: bits must be 8 or 16, found " + std::to_string(bits_));
    }
  }

  void apply(Image& picture, TransformContext& /*context*/) const override {
    if (channels_ != 0 && picture.channels != channels_) picture = image::with_channels(picture, channels_);
    if (bits_ != 0 && picture.bits != bits_) picture = image::with_bits(picture, bits_);
  }

 private:
  std::int64_t channels_;
  int bits_;
};

}  // namespace

void register_pixel_format(TransformRegistry& registry) {
  registry.add_built_in("pixel_format",
                        [](Settings& settings) { return std::make_unique<PixelFormat>(settings); });
}

}  // namespace lehr::data
