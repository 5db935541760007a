#include "image/encode_png.hpp"

#include <spng.h>

#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::image {
namespace {

struct FreeEncoder {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
struct FreeBuffer {
  void operator()(void* buffer) const { std::free(buffer); }
};

void check_status(int status) {
  if (status != 0) throw Error(std::string("a PNG image could not be encoded: ") + spng_strerror(status));
}

std::uint8_t colour_type(std::int64_t channels) {
  switch (channels) {
    case 1:
      return SPNG_COLOR_TYPE_GRAYSCALE;
    case 2:
      return SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
    case 3:
      return SPNG_COLOR_TYPE_TRUECOLOR;
    case 4:
      return SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
    default:
      throw BadInput("a PNG image has 1 to 4 channels, found " + std::to_string(channels));
  }
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Image& image) {
  check(image);
  const std::unique_ptr<spng_ctx, FreeEncoder> context(spng_ctx_new(SPNG_CTX_ENCODER));
  if (!context) throw Error("a PNG image could not be encoded: out of memory");
  check_status(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1));
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(image.width);
  header.height = static_cast<std::uint32_t>(image.height);
  header.bit_depth = static_cast<std::uint8_t>(image.bits);
  header.color_type = colour_type(image.channels);
  check_status(spng_set_ihdr(context.get(), &header));
  check_status(spng_encode_image(context.get(), image.pixels.data(), image.pixels.size(), SPNG_FMT_PNG,
                                 SPNG_ENCODE_FINALIZE));
  int status = 0;
  std::size_t length = 0;
  const std::unique_ptr<void, FreeBuffer> buffer(spng_get_png_buffer(context.get(), &length, &status));
  check_status(status);
  const std::span bytes(static_cast<const std::uint8_t*>(buffer.get()), length);
  return {bytes.begin(), bytes.end()};
}

}  // namespace lehr::image
