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

#include "data/byte_source.hpp"
#include "data/text.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

constexpr std::uint64_t most_pixels = 64'000'000;
constexpr std::uint64_t most_file_bytes = std::uint64_t{512} << 20;
constexpr std::size_t most_chunk_bytes = std::size_t{8} << 20;
constexpr std::uint64_t largest_deflate_ratio = 1032;

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, FreeContext>;

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
  /// `name` stands for the picture in messages. The bytes must outlive the decoder.
  Decoder(std::span<const std::uint8_t> bytes, std::string name)
      : name_(std::move(name)), bytes_(bytes), context_(spng_ctx_new(0)) {
    check_signature();
    if (!context_) throw std::bad_alloc();
    check(spng_set_chunk_limits(context_.get(), most_chunk_bytes, 2 * most_chunk_bytes));
    check(spng_set_png_buffer(context_.get(), bytes_.data(), bytes_.size()));
    check(spng_get_ihdr(context_.get(), &header_));
    check_size();
  }

  /// Red, green and blue of each pixel, whatever the file holds; transparency is left out.
  Image decode() {
    Image image{.width = header_.width, .height = header_.height, .channels = 3, .pixels = {}};
    image.pixels.resize(static_cast<std::size_t>(image.width * image.height) * 3);
    check(spng_decode_image(context_.get(), image.pixels.data(), image.pixels.size(), SPNG_FMT_RGB8, 0));
    return image;
  }

 private:
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

/// Luma of ITU-R BT.601 in 16-bit fixed point, as PIL's convert("L").
Image to_grey(const Image& colour) {
  Image grey{.width = colour.width, .height = colour.height, .channels = 1, .pixels = {}};
  grey.pixels.resize(colour.pixels.size() / 3);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    const std::uint32_t red = colour.pixels[3 * i];
    const std::uint32_t green = colour.pixels[3 * i + 1];
    const std::uint32_t blue = colour.pixels[3 * i + 2];
    grey.pixels[i] = static_cast<std::uint8_t>((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16);
  }
  return grey;
}

void check_channels(std::int64_t channels, const std::string& name) {
  if (channels == 1 || channels == 3) return;
  throw BadInput(fmt::format("{} cannot have {} channels; expected 1 or 3", name, channels));
}

Image to_colour(const Image& grey) {
  Image colour{.width = grey.width, .height = grey.height, .channels = 3, .pixels = {}};
  colour.pixels.reserve(3 * grey.pixels.size());
  for (const std::uint8_t value : grey.pixels) colour.pixels.insert(colour.pixels.end(), 3, value);
  return colour;
}

}  // namespace

Image with_channels(const Image& image, std::int64_t channels) {
  check_channels(channels, "a picture");
  check_channels(image.channels, "a picture");
  if (image.channels == channels) return image;
  return channels == 1 ? to_grey(image) : to_colour(image);
}

Image read_image(const std::filesystem::path& file, std::int64_t channels) {
  check_channels(channels, in_quotes(file));
  return decode_image(read_bytes(file), channels, in_quotes(file));
}

Image decode_image(std::span<const std::uint8_t> bytes, std::int64_t channels, const std::string& name) {
  check_channels(channels, name);
  return with_channels(Decoder(bytes, name).decode(), channels);
}

}  // namespace lehr::data
