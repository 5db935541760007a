#include "image/encode_webp.hpp"

#include <webp/encode.h>

#include <memory>

#include "lehr/core/error.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::image {
namespace {

struct FreeWebpBytes {
  void operator()(std::uint8_t* bytes) const { WebPFree(bytes); }
};

/// Calls the function of libwebp that encodes pixels with or without alpha.
std::size_t encode(const Image& rgb, float quality, std::uint8_t** bytes) {
  const auto width = static_cast<int>(rgb.width);
  const auto height = static_cast<int>(rgb.height);
  const int stride = width * static_cast<int>(rgb.channels);
  const std::uint8_t* const pixels = rgb.pixels.data();
  const bool alpha = rgb.channels == 4;
  if (quality >= 100) {
    return alpha ? WebPEncodeLosslessRGBA(pixels, width, height, stride, bytes)
                 : WebPEncodeLosslessRGB(pixels, width, height, stride, bytes);
  }
  return alpha ? WebPEncodeRGBA(pixels, width, height, stride, quality, bytes)
               : WebPEncodeRGB(pixels, width, height, stride, quality, bytes);
}

}  // namespace

std::vector<std::uint8_t> encode_webp(const Image& image, float quality) {
  check(image);
  const Image rgb = with_bits(with_channels(image, image.channels % 2 == 0 ? 4 : 3), 8);
  if (rgb.width > WEBP_MAX_DIMENSION || rgb.height > WEBP_MAX_DIMENSION)
    throw BadInput("a WebP picture has at most 16383 pixels in a row or column");
  std::uint8_t* bytes = nullptr;
  const std::size_t length = encode(rgb, quality, &bytes);
  const std::unique_ptr<std::uint8_t, FreeWebpBytes> owner(bytes);
  if (length == 0) throw Error("a WebP picture could not be encoded");
  return {bytes, bytes + length};
}

}  // namespace lehr::image
