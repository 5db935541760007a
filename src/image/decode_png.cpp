#include <fmt/format.h>
#include <spng.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "image/byte_source.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/read.hpp"

namespace lehr::image {
namespace {

constexpr std::uint64_t most_pixels = 64'000'000;
constexpr std::uint64_t most_file_bytes = std::uint64_t{512} << 20;
constexpr std::size_t most_chunk_bytes = std::size_t{8} << 20;

struct FreeDecoder {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, FreeDecoder>;

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
  ByteSource source(file);
  if (source.file_bytes() > most_file_bytes) {
    throw BadInput(fmt::format("{} is too large for a picture: expected at most {} bytes, found {}",
                               in_quotes(file), most_file_bytes, source.file_bytes()));
  }
  std::vector<std::uint8_t> bytes(source.compressed() ? 0 : source.file_bytes());
  bytes.resize(source.read(bytes));
  return bytes;
}

class Decoder {
 public:
  /// `name` is the name of the picture in messages. The bytes must outlive the decoder.
  Decoder(std::span<const std::uint8_t> bytes, std::string name)
      : name_(std::move(name)), bytes_(bytes), context_(spng_ctx_new(0)) {
    check_signature();
    if (!context_) throw std::bad_alloc();
    check(spng_set_chunk_limits(context_.get(), most_chunk_bytes, 2 * most_chunk_bytes));
    check(spng_set_png_buffer(context_.get(), bytes_.data(), bytes_.size()));
    check(spng_get_ihdr(context_.get(), &header_));
    check_size();
  }

  Image decode() {
    const Layout layout = layout_of_file();
    Image image;
    image.reset({layout.channels, header_.height, header_.width}, layout.bits);
    check(spng_decode_image(context_.get(), image.pixels.data(), image.pixels.size(), layout.format, 0));
    return image;
  }

 private:
  /// How the pixels of the file are stored in memory.
  struct Layout {
    std::int64_t channels;
    int bits;
    int format;  // of libspng
  };

  Layout layout_of_file() const {
    const int bits = header_.bit_depth == 16 ? 16 : 8;
    switch (header_.color_type) {
      case SPNG_COLOR_TYPE_GRAYSCALE:
        return {1, bits, bits == 16 ? SPNG_FMT_PNG : SPNG_FMT_G8};
      case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
        return {2, bits, SPNG_FMT_PNG};
      case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA:
        return {4, bits, SPNG_FMT_PNG};
      case SPNG_COLOR_TYPE_TRUECOLOR:
        return {3, bits, SPNG_FMT_PNG};
      default:
        return {3, 8, SPNG_FMT_RGB8};  // a palette
    }
  }

  void check(int status) const {
    if (status == 0) return;
    if (status == SPNG_EMEM) throw std::bad_alloc();
    throw BadInput(fmt::format("{} is a damaged PNG picture: {}", name_, spng_strerror(status)));
  }

  void check_signature() const {
    constexpr std::array<std::uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    if (bytes_.size() >= signature.size() && std::equal(signature.begin(), signature.end(), bytes_.begin())) {
      return;
    }
    throw BadInput(name_ + " is not a PNG picture: expected PNG's signature at its start");
  }

  void check_size() const {
    const std::uint64_t pixels = std::uint64_t{header_.width} * header_.height;
    if (pixels > most_pixels) {
      throw BadInput(fmt::format("{} is a picture of {} x {} pixels; expected at most {} pixels", name_,
                                 header_.width, header_.height, most_pixels));
    }
    const std::uint64_t least_bits = pixels * header_.bit_depth;
    if (least_bits / 8 > bytes_.size() * largest_deflate_ratio) {
      throw BadInput(
          fmt::format("{} is a damaged PNG picture: its {} cannot hold the {} x {} pixels it claims", name_,
                      counted(bytes_.size(), "byte"), header_.width, header_.height));
    }
  }

  std::string name_;
  std::span<const std::uint8_t> bytes_;
  Context context_;
  spng_ihdr header_{};
};

}  // namespace

Image read(const std::filesystem::path& file) { return decode(read_bytes(file), in_quotes(file)); }

Image decode(std::span<const std::uint8_t> bytes, const std::string& name) {
  return Decoder(bytes, name).decode();
}

}  // namespace lehr::image
