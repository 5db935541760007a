// A reader of BMP. Debian has no small library for it: those that read BMP read it among many formats of
// a desktop or a game library. Source: Microsoft's documentation of BITMAPINFOHEADER and
// BITMAPV5HEADER.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "image/formats.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::image {
namespace {

constexpr std::size_t file_header_bytes = 14;
constexpr std::uint32_t core_header_bytes = 12;
constexpr std::uint32_t info_header_bytes = 40;

enum BmpCompression : std::uint32_t {
  bmp_plain = 0,
  bmp_run_length_8 = 1,
  bmp_run_length_4 = 2,
  bmp_masks = 3,
  bmp_masks_with_alpha = 6
};

using Colour = std::array<std::uint8_t, 3>;

/// The bits of a pixel that hold one channel.
struct BmpChannel {
  std::uint32_t mask = 0;
  std::uint8_t value(std::uint32_t pixel) const {
    const std::uint64_t largest = mask >> std::countr_zero(mask);
    const std::uint64_t held = (pixel & mask) >> std::countr_zero(mask);
    return static_cast<std::uint8_t>(held * 255 / largest);
  }
};

class BmpDecoder {
 public:
  explicit BmpDecoder(const Encoded& from) : from_(from), bytes_(from.bytes) {
    read_header();
    check_size(from_, width_, height_);
    if (is_indexed()) read_palette();
    if (!is_indexed()) read_masks();
  }

  void decode(Image& to) const {
    to.reset({channels(), static_cast<std::int64_t>(height_), static_cast<std::int64_t>(width_)});
    if (compression_ == bmp_run_length_4 || compression_ == bmp_run_length_8) return decode_runs(to);
    const std::size_t stride = (width_ * bits_ + 31) / 32 * 4;
    if (bytes_.size() < pixels_at_ || (bytes_.size() - pixels_at_) / stride < height_) {
      throw_damaged(from_, "BMP", cut_short);
    }
    for (std::size_t y = 0; y < height_; ++y) {
      const auto line = bytes_.subspan(pixels_at_ + y * stride, stride);
      is_indexed() ? decode_indices(line, row(to, y)) : decode_colours(line, row(to, y));
    }
  }

 private:
  std::uint32_t integer(std::size_t at, std::size_t size) const {
    if (bytes_.size() < size || at > bytes_.size() - size) throw_damaged(from_, "BMP", cut_short);
    return integer_of(bytes_.subspan(at, size));
  }
  static std::uint32_t integer_of(std::span<const std::uint8_t> little_endian) {
    std::uint32_t value = 0;
    for (std::size_t i = little_endian.size(); i-- > 0;) value = value << 8 | little_endian[i];
    return value;
  }

  void read_header() {
    pixels_at_ = integer(10, 4);
    header_bytes_ = integer(file_header_bytes, 4);
    if (header_bytes_ == core_header_bytes) {
      width_ = integer(18, 2);
      height_ = integer(20, 2);
      bits_ = integer(24, 2);
    } else if (header_bytes_ >= info_header_bytes) {
      width_ = integer(18, 4);
      const auto height = static_cast<std::int32_t>(integer(22, 4));
      top_down_ = height < 0;
      height_ = static_cast<std::size_t>(std::abs(std::int64_t{height}));
      bits_ = integer(28, 2);
      compression_ = integer(30, 4);
    } else {
      throw_damaged(from_, "BMP", "its header has " + counted(header_bytes_, "byte"));
    }
    constexpr std::size_t longest = 0x7FFFFFFF;
    if (width_ < 1 || width_ > longest || height_ < 1 || height_ > longest) {
      throw_damaged(from_, "BMP", fmt::format("it claims {} x {} pixels", width_, height_));
    }
    check_kind();
  }

  void check_kind() const {
    static constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 12> kinds{
        {{1, bmp_plain},
         {4, bmp_plain},
         {8, bmp_plain},
         {16, bmp_plain},
         {24, bmp_plain},
         {32, bmp_plain},
         {4, bmp_run_length_4},
         {8, bmp_run_length_8},
         {16, bmp_masks},
         {32, bmp_masks},
         {16, bmp_masks_with_alpha},
         {32, bmp_masks_with_alpha}}};
    if (std::ranges::find(kinds, std::pair{bits_, compression_}) != kinds.end()) return;
    throw_unsupported(from_, "BMP",
                      fmt::format("{} a pixel and compression {}", counted(bits_, "bit"), compression_),
                      "1, 4, 8, 16, 24 or 32 bits, uncompressed or run-length encoded");
  }

  bool is_indexed() const { return bits_ <= 8; }

  void read_palette() {
    const bool core = header_bytes_ == core_header_bytes;
    const std::size_t entry_bytes = core ? 3 : 4;
    const std::uint32_t most = 1U << bits_;
    std::uint32_t used = core ? 0 : integer(46, 4);
    if (used == 0 || used > most) used = most;
    palette_.assign(most, Colour{});
    for (std::size_t i = 0; i < used; ++i) {
      const std::uint32_t entry = integer(file_header_bytes + header_bytes_ + i * entry_bytes, 3);
      palette_[i] = {static_cast<std::uint8_t>(entry >> 16), static_cast<std::uint8_t>(entry >> 8),
                     static_cast<std::uint8_t>(entry)};
    }
    grey_ = std::ranges::all_of(
        palette_, [](const Colour& colour) { return colour[0] == colour[1] && colour[1] == colour[2]; });
  }

  void read_masks() {
    if (compression_ == bmp_plain) {
      masks_ = bits_ == 16 ? std::array<BmpChannel, 4>{{{0x7C00}, {0x3E0}, {0x1F}, {}}}
                           : std::array<BmpChannel, 4>{{{0xFF0000}, {0xFF00}, {0xFF}, {}}};
      return;
    }
    // They follow the shortest header and are part of the longer ones.
    const bool alpha = compression_ == bmp_masks_with_alpha || header_bytes_ >= info_header_bytes + 16;
    for (std::size_t c = 0; c < (alpha ? 4U : 3U); ++c) {
      masks_[c].mask = integer(file_header_bytes + info_header_bytes + 4 * c, 4);
      if (masks_[c].mask == 0 && c < 3) throw_damaged(from_, "BMP", "a mask of a colour is 0");
    }
  }

  std::int64_t channels() const {
    if (is_indexed()) return grey_ ? 1 : 3;
    return masks_[3].mask != 0 ? 4 : 3;
  }

  /// Row y of the file, which begins at the bottom as a rule.
  std::span<std::uint8_t> row(Image& to, std::size_t y) const {
    const std::size_t length = to.pixels.size() / height_;
    return std::span(to.pixels).subspan((top_down_ ? y : height_ - 1 - y) * length, length);
  }

  void decode_indices(std::span<const std::uint8_t> line, std::span<std::uint8_t> out) const {
    const std::size_t per_byte = 8 / bits_;
    for (std::size_t x = 0; x < width_; ++x) {
      const std::size_t shift = 8 - bits_ * (x % per_byte + 1);
      set_pixel(out, x, (line[x / per_byte] >> shift) & ((1U << bits_) - 1));
    }
  }

  void set_pixel(std::span<std::uint8_t> out, std::size_t x, std::size_t index) const {
    const std::size_t pixel_bytes = grey_ ? 1 : 3;
    std::copy_n(palette_[index].begin(), pixel_bytes,
                out.begin() + static_cast<std::ptrdiff_t>(x * pixel_bytes));
  }

  void decode_colours(std::span<const std::uint8_t> line, std::span<std::uint8_t> out) const {
    const auto count = static_cast<std::size_t>(channels());
    const std::size_t pixel_bytes = bits_ / 8;
    auto* value = out.data();
    for (std::size_t x = 0; x < width_; ++x) {
      const std::uint32_t pixel = integer_of(line.subspan(x * pixel_bytes, pixel_bytes));
      for (std::size_t c = 0; c < count; ++c) *value++ = masks_[c].value(pixel);
    }
  }

  /// A pair (n, index) is a run of n equal pixels. n = 0 begins something else: the end of the row (0),
  /// the end of the picture (1), a jump (2), or as many single pixels as the second byte says.
  /// Pixels that are left out have index 0.
  void decode_runs(Image& to) const {
    for (std::size_t y = 0; y < height_; ++y) {
      for (std::size_t x = 0; x < width_; ++x) set_pixel(row(to, y), x, 0);
    }
    std::size_t at = pixels_at_;
    std::size_t x = 0;
    std::size_t y = 0;
    while (y < height_) {
      const std::uint32_t count = integer(at, 1);
      const std::uint32_t second = integer(at + 1, 1);
      at += 2;
      if (count > 0) {
        for (std::uint32_t i = 0; i < count; ++i) set_run_pixel(to, x++, y, index_in_run(second, i));
      } else if (second == 0) {
        x = 0;
        ++y;
      } else if (second == 1) {
        return;
      } else if (second == 2) {
        x += integer(at, 1);
        y += integer(at + 1, 1);
        at += 2;
      } else {
        const bool bytes_per_pixel = compression_ == bmp_run_length_8;
        const std::size_t taken = bytes_per_pixel ? second : (second + 1) / 2;
        for (std::uint32_t i = 0; i < second; ++i) {
          set_run_pixel(to, x++, y, index_in_run(integer(at + (bytes_per_pixel ? i : i / 2), 1), i));
        }
        at += (taken + 1) / 2 * 2;
      }
    }
  }

  std::size_t index_in_run(std::uint32_t byte, std::uint32_t i) const {
    if (compression_ == bmp_run_length_8) return byte;
    return i % 2 == 0 ? byte >> 4 : byte & 15;
  }

  void set_run_pixel(Image& to, std::size_t x, std::size_t y, std::size_t index) const {
    if (x < width_) set_pixel(row(to, y), x, index);
  }

  Encoded from_;
  std::span<const std::uint8_t> bytes_;
  std::size_t pixels_at_ = 0;
  std::size_t width_ = 0;
  std::size_t height_ = 0;
  std::uint32_t header_bytes_ = 0;
  std::uint32_t bits_ = 0;
  std::uint32_t compression_ = bmp_plain;
  bool top_down_ = false;
  bool grey_ = false;
  std::vector<Colour> palette_{};
  std::array<BmpChannel, 4> masks_{};
};

}  // namespace

int decode_bmp(const Encoded& from, Image& to) {
  BmpDecoder(from).decode(to);
  return 1;
}

}  // namespace lehr::image
