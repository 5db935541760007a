#include <fmt/format.h>
#include <spng.h>

#include <memory>
#include <new>
#include <span>
#include <string>

#include "image/byte_source.hpp"
#include "image/formats.hpp"
#include "image/orientation.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::image {
namespace {

constexpr std::size_t most_chunk_bytes = std::size_t{8} << 20;

struct FreePngDecoder {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

class PngDecoder {
 public:
  explicit PngDecoder(const Encoded& from) : from_(from), context_(spng_ctx_new(0)) {
    if (!context_) throw std::bad_alloc();
    check(spng_set_chunk_limits(context_.get(), most_chunk_bytes, 2 * most_chunk_bytes));
    check(spng_set_png_buffer(context_.get(), from_.bytes.data(), from_.bytes.size()));
    check(spng_get_ihdr(context_.get(), &header_));
    check_size(from_, header_.width, header_.height);
    check_length();
  }

  void decode(Image& to) {
    const PngLayout layout = layout_of_file();
    to.reset({layout.channels, header_.height, header_.width}, layout.bits);
    check(spng_decode_image(context_.get(), to.pixels.data(), to.pixels.size(), layout.format,
                            SPNG_DECODE_TRNS));
  }

  int orientation() {
    spng_exif exif{};
    if (spng_get_exif(context_.get(), &exif) != 0) return 1;
    return exif_orientation(std::span(reinterpret_cast<const std::uint8_t*>(exif.data), exif.length));
  }

 private:
  /// How the pixels of the file are stored in memory.
  struct PngLayout {
    std::int64_t channels;
    int bits;
    int format;  // of libspng
  };

  PngLayout layout_of_file() {
    spng_trns ignored{};
    const bool transparent = spng_get_trns(context_.get(), &ignored) == 0;
    const int bits = header_.bit_depth == 16 ? 16 : 8;
    switch (header_.color_type) {
      case SPNG_COLOR_TYPE_GRAYSCALE:
        if (transparent) return {2, bits, bits == 16 ? SPNG_FMT_GA16 : SPNG_FMT_GA8};
        return {1, bits, bits == 16 ? SPNG_FMT_PNG : SPNG_FMT_G8};
      case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
        return {2, bits, SPNG_FMT_PNG};
      case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA:
        return {4, bits, SPNG_FMT_PNG};
      case SPNG_COLOR_TYPE_TRUECOLOR:
        if (transparent) return {4, bits, bits == 16 ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8};
        return {3, bits, SPNG_FMT_PNG};
      default:  // a palette
        if (transparent) return {4, 8, SPNG_FMT_RGBA8};
        return {3, 8, SPNG_FMT_RGB8};
    }
  }

  void check(int status) const {
    if (status == 0) return;
    if (status == SPNG_EMEM) throw std::bad_alloc();
    throw_damaged(from_, "PNG", spng_strerror(status));
  }

  void check_length() const {
    const std::uint64_t least_bits = std::uint64_t{header_.width} * header_.height * header_.bit_depth;
    if (least_bits / 8 <= from_.bytes.size() * largest_deflate_ratio) return;
    throw_damaged(from_, "PNG",
                  fmt::format("its {} cannot hold the {} x {} pixels it claims",
                              counted(from_.bytes.size(), "byte"), header_.width, header_.height));
  }

  Encoded from_;
  std::unique_ptr<spng_ctx, FreePngDecoder> context_;
  spng_ihdr header_{};
};

}  // namespace

int decode_png(const Encoded& from, Image& to) {
  PngDecoder decoder(from);
  decoder.decode(to);
  return decoder.orientation();
}

}  // namespace lehr::image
