#include "data/png.hpp"

#include <spng.h>

#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "lehr/core/error.hpp"

namespace lehr::data {
namespace {

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
struct FreeBuffer {
  void operator()(void* buffer) const { std::free(buffer); }
};

void check(int status) {
  if (status != 0) throw Error(std::string("a PNG image could not be encoded: ") + spng_strerror(status));
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Image& image) {
  const std::unique_ptr<spng_ctx, FreeContext> context(spng_ctx_new(SPNG_CTX_ENCODER));
  if (!context) throw Error("a PNG image could not be encoded: out of memory");
  check(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1));
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(image.width);
  header.height = static_cast<std::uint32_t>(image.height);
  header.bit_depth = 8;
  header.color_type = image.channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR;
  check(spng_set_ihdr(context.get(), &header));
  check(spng_encode_image(context.get(), image.pixels.data(), image.pixels.size(), SPNG_FMT_PNG,
                          SPNG_ENCODE_FINALIZE));
  int status = 0;
  std::size_t length = 0;
  const std::unique_ptr<void, FreeBuffer> buffer(spng_get_png_buffer(context.get(), &length, &status));
  check(status);
  const std::span bytes(static_cast<const std::uint8_t*>(buffer.get()), length);
  return {bytes.begin(), bytes.end()};
}

}  // namespace lehr::data
