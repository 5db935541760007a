#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "image/formats.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::image {
namespace {

constexpr std::uint16_t most_samples = 8;       // of a pixel
constexpr std::int64_t least_memory = 1 << 20;  // that libtiff may allocate at once

/// The bytes of a file, and the place that libtiff reads next.
struct TiffFile {
  std::span<const std::uint8_t> bytes;
  toff_t at = 0;
};

TiffFile& file_of(thandle_t handle) { return *static_cast<TiffFile*>(handle); }

tmsize_t read_tiff(thandle_t handle, void* to, tmsize_t wanted) {
  TiffFile& file = file_of(handle);
  const toff_t left = file.bytes.size() - std::min<toff_t>(file.at, file.bytes.size());
  const auto taken =
      static_cast<std::size_t>(std::min<toff_t>(left, static_cast<toff_t>(std::max<tmsize_t>(wanted, 0))));
  if (taken > 0) std::memcpy(to, file.bytes.data() + file.at, taken);
  file.at += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t refuse_to_write(thandle_t, void*, tmsize_t) { return 0; }

toff_t seek_tiff(thandle_t handle, toff_t offset, int whence) {
  TiffFile& file = file_of(handle);
  if (whence == SEEK_CUR) offset += file.at;
  if (whence == SEEK_END) offset += file.bytes.size();
  return file.at = offset;
}

int close_tiff(thandle_t) { return 0; }
toff_t size_of_tiff(thandle_t handle) { return file_of(handle).bytes.size(); }

/// The first error that libtiff reports.
using TiffMessage = std::array<char, 200>;

int keep_message(TIFF*, void* user, const char*, const char* format, std::va_list values) {
  TiffMessage& message = *static_cast<TiffMessage*>(user);
  if (message[0] == '\0') std::vsnprintf(message.data(), message.size(), format, values);
  return 1;
}

int ignore_message(TIFF*, void*, const char*, const char*, std::va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

/// What alpha means to the colours beside it.
enum class TiffAlpha { none, plain, multiplied };

class TiffDecoder {
 public:
  explicit TiffDecoder(const Encoded& from) : from_(from), file_{from.bytes} {
    open();
    width_ = field<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
    height_ = field<std::uint32_t>(TIFFTAG_IMAGELENGTH);
    if (width_ == 0 || height_ == 0) fail("it has no pixels");
    check_size(from_, width_, height_);
    bits_ = field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
    samples_ = field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
    photometric_ = field<std::uint16_t>(TIFFTAG_PHOTOMETRIC);
    if (samples_ > most_samples) {
      throw_unsupported(from_, "TIFF", counted(samples_, "sample") + " a pixel",
                        fmt::format("at most {}", most_samples));
    }
    if (const auto format = field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT); format != SAMPLEFORMAT_UINT) {
      throw_unsupported(from_, "TIFF",
                        format == SAMPLEFORMAT_IEEEFP ? "floating-point values" : "signed values",
                        "unsigned integers");
    }
  }

  void decode(Image& to) {
    if (!is_plain()) return decode_by_libtiff(to);
    if (photometric_ == PHOTOMETRIC_SEPARATED) return decode_inks(to);
    const std::int64_t colours = photometric_ == PHOTOMETRIC_RGB ? 3 : 1;
    const TiffAlpha alpha = kind_of_alpha(colours);
    to.reset({colours + (alpha == TiffAlpha::none ? 0 : 1), height_, width_}, bits_);
    bits_ == 8 ? read_blocks<std::uint8_t>(to) : read_blocks<std::uint16_t>(to);
    if (photometric_ == PHOTOMETRIC_MINISWHITE) {
      for (std::uint8_t& byte : to.pixels) byte = static_cast<std::uint8_t>(~byte);
    }
    if (alpha == TiffAlpha::multiplied) {
      bits_ == 8 ? divide_by_alpha<std::uint8_t>(to) : divide_by_alpha<std::uint16_t>(to);
    }
  }

  int orientation() const { return field<std::uint16_t>(TIFFTAG_ORIENTATION); }

 private:
  void open() {
    const std::unique_ptr<TIFFOpenOptions, CloseTiff> options(TIFFOpenOptionsAlloc());
    if (!options) throw std::bad_alloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), std::max(least_memory, 8 * from_.options.most_pixels));
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, &message_);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_message, nullptr);
    // 'm': do not map the file into memory.
    tiff_.reset(TIFFClientOpenExt("picture", "rm", &file_, read_tiff, refuse_to_write, seek_tiff, close_tiff,
                                  size_of_tiff, nullptr, nullptr, options.get()));
    if (!tiff_) fail("it has no directory");
  }

  /// The value of a tag or its default, 0 without one.
  template <class Value>
  Value field(std::uint32_t tag) const {
    Value value = 0;
    TIFFGetFieldDefaulted(tiff_.get(), tag, &value);
    return value;
  }

  [[noreturn]] void fail(const char* otherwise) const {
    throw_damaged(from_, "TIFF", message_[0] != '\0' ? printable(message_.data()) : otherwise);
  }

  bool is_grey() const {
    return photometric_ == PHOTOMETRIC_MINISBLACK || photometric_ == PHOTOMETRIC_MINISWHITE;
  }
  bool is_separate() const { return field<std::uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE; }

  /// Whether the samples are the values of the picture, or inks of 8 bits.
  bool is_plain() const {
    if (photometric_ == PHOTOMETRIC_SEPARATED) return samples_ >= 4 && bits_ == 8;
    const bool has_colours = is_grey() ? samples_ >= 1 : photometric_ == PHOTOMETRIC_RGB && samples_ >= 3;
    return has_colours && (bits_ == 8 || bits_ == 16);
  }

  void decode_inks(Image& to) {
    to.reset({4, height_, width_});
    read_blocks<std::uint8_t>(to);
    rgb_of_cmyk(to.pixels.data(), to.pixels.size() / 4, to.pixels.data());
    to.reset({3, height_, width_});
  }

  TiffAlpha kind_of_alpha(std::int64_t colours) const {
    std::uint16_t count = 0;
    std::uint16_t* extra = nullptr;
    TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_EXTRASAMPLES, &count, &extra);
    if (samples_ <= colours || count == 0 || extra == nullptr) return TiffAlpha::none;
    if (extra[0] == EXTRASAMPLE_ASSOCALPHA) return TiffAlpha::multiplied;
    return extra[0] == EXTRASAMPLE_UNASSALPHA ? TiffAlpha::plain : TiffAlpha::none;
  }

  /// Reads strips or tiles. A strip is a tile as wide as the picture.
  template <class Value>
  void read_blocks(Image& to) {
    const bool tiled = TIFFIsTiled(tiff_.get()) != 0;
    const std::uint32_t block_width = tiled ? field<std::uint32_t>(TIFFTAG_TILEWIDTH) : width_;
    const std::uint32_t block_height = tiled ? field<std::uint32_t>(TIFFTAG_TILELENGTH)
                                             : std::min(height_, field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP));
    if (block_width == 0 || block_height == 0) fail("its strips or tiles are empty");
    check_size(from_, block_width, block_height);
    const auto channels = static_cast<std::size_t>(to.channels);
    const std::size_t planes = is_separate() ? channels : 1;
    const std::size_t in_pixel = is_separate() ? 1 : samples_;
    auto* const out = reinterpret_cast<Value*>(to.pixels.data());
    std::vector<Value> block;
    for (std::size_t plane = 0; plane < planes; ++plane) {
      for (std::uint32_t top = 0; top < height_; top += block_height) {
        const std::uint32_t rows = std::min(block_height, height_ - top);
        for (std::uint32_t left = 0; left < width_; left += block_width) {
          const std::uint32_t columns = std::min(block_width, width_ - left);
          const TiffBlock place{.left = left, .top = top, .plane = static_cast<std::uint16_t>(plane)};
          Value* const first = out + (std::size_t{top} * width_ + left) * channels + plane;
          if (!tiled && in_pixel == channels) {
            read_block(place, std::span(first, std::size_t{rows} * width_ * channels));
            continue;
          }
          block.resize(std::size_t{tiled ? block_height : rows} * block_width * in_pixel);
          read_block(place, std::span(block));
          for (std::size_t y = 0; y < rows; ++y) {
            copy_samples(block.data() + y * block_width * in_pixel, in_pixel, first + y * width_ * channels,
                         channels, columns);
          }
        }
      }
    }
  }

  struct TiffBlock {
    std::uint32_t left, top;
    std::uint16_t plane;
  };

  /// Fills `values` with the strip or tile at that place.
  template <class Value>
  void read_block(const TiffBlock& place, std::span<Value> values) {
    TIFF* const tiff = tiff_.get();
    const auto size = static_cast<tmsize_t>(values.size_bytes());
    const tmsize_t got =
        TIFFIsTiled(tiff) != 0
            ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, place.left, place.top, 0, place.plane),
                                  values.data(), size)
            : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, place.top, place.plane), values.data(), size);
    if (got != size) fail(cut_short.data());
  }

  /// Copies the samples of one row that are channels.
  template <class Value>
  static void copy_samples(const Value* in, std::size_t in_pixel, Value* out, std::size_t channels,
                           std::size_t columns) {
    if (in_pixel == channels) {
      std::copy_n(in, channels * columns, out);
      return;
    }
    const std::size_t taken = std::min(in_pixel, channels);
    for (std::size_t x = 0; x < columns; ++x) std::copy_n(in + x * in_pixel, taken, out + x * channels);
  }

  template <class Value>
  static void divide_by_alpha(Image& image) {
    constexpr std::uint64_t opaque = std::numeric_limits<Value>::max();
    const auto channels = static_cast<std::size_t>(image.channels);
    const std::span values(reinterpret_cast<Value*>(image.pixels.data()),
                           image.pixels.size() / sizeof(Value));
    for (std::size_t i = 0; i < values.size(); i += channels) {
      const std::uint64_t alpha = values[i + channels - 1];
      if (alpha == 0 || alpha == opaque) continue;
      for (std::size_t c = 0; c + 1 < channels; ++c) {
        values[i + c] = static_cast<Value>(std::min(opaque, opaque * values[i + c] / alpha));
      }
    }
  }

  /// libtiff converts palettes, fewer than 8 bits, YCbCr and CIE L*a*b* to 8 bits.
  void decode_by_libtiff(Image& to) {
    std::array<char, 1024> reason{};
    if (TIFFRGBAImageOK(tiff_.get(), reason.data()) == 0) {
      throw_unsupported(from_, "TIFF",
                        fmt::format("{} of {} (photometric interpretation {})", counted(samples_, "sample"),
                                    counted(bits_, "bit"), photometric_),
                        "8 or 16 bits of grey or RGB, a palette, YCbCr or CMYK");
    }
    TIFFRGBAImage converter;
    if (TIFFRGBAImageBegin(&converter, tiff_.get(), 1, reason.data()) == 0) fail(reason.data());
    const std::unique_ptr<TIFFRGBAImage, EndConversion> end(&converter);
    // Keep the rows as they are stored.
    converter.orientation = converter.req_orientation = ORIENTATION_TOPLEFT;
    std::vector<std::uint32_t> pixels(std::size_t{width_} * height_);
    if (TIFFRGBAImageGet(&converter, pixels.data(), width_, height_) == 0) fail(cut_short.data());
    const std::size_t channels = is_grey() ? 1 : 3;
    std::uint8_t* out = to.reset({static_cast<std::int64_t>(channels), height_, width_}).data();
    for (const std::uint32_t pixel : pixels) {
      for (std::size_t c = 0; c < channels; ++c) *out++ = static_cast<std::uint8_t>(pixel >> (8 * c));
    }
  }

  struct EndConversion {
    void operator()(TIFFRGBAImage* converter) const { TIFFRGBAImageEnd(converter); }
  };

  Encoded from_;
  TiffFile file_;
  TiffMessage message_{};
  std::unique_ptr<TIFF, CloseTiff> tiff_;
  std::uint32_t width_ = 0;
  std::uint32_t height_ = 0;
  std::uint16_t bits_ = 0;
  std::uint16_t samples_ = 0;
  std::uint16_t photometric_ = 0;
};

}  // namespace

int decode_tiff(const Encoded& from, Image& to) {
  TiffDecoder decoder(from);
  decoder.decode(to);
  return decoder.orientation();
}

}  // namespace lehr::image
