#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/image/edit.hpp"
#include "lehr/image/image.hpp"

namespace lehr::image {

/// Pictures with more pixels are refused unless a caller allows them.
inline constexpr std::int64_t usual_most_pixels = 64'000'000;

struct ReadOptions {
  /// A picture with more pixels is refused before its memory is allocated.
  std::int64_t most_pixels = usual_most_pixels;
  /// A JPEG is decoded at 1/2, 1/4 or 1/8 of its size as long as its shorter side keeps this many
  /// pixels. This is faster, and not what Pillow gives by default. 0: every picture has its whole
  /// size.
  std::int64_t least_side = 0;
};

/// Reads a JPEG, PNG, WebP, TIFF or BMP file. The content decides the format, not the name. The image is
/// upright (EXIF's orientation is applied). It has the channels of the file, except that a palette
/// and CMYK become RGB, or RGBA for a palette with transparency. Values of 16 bits stay 16 bits,
/// fewer than 8 become 8. Of an animation or a file with several pages it is the first. Throws
/// BadInput with the file if it is missing, of another format, too large, cut short or damaged.
Image read(const std::filesystem::path& file, const ReadOptions& options = {});
/// Decodes the bytes of such a file. `name` is the name of the picture in error messages.
Image decode(std::span<const std::uint8_t> bytes, const std::string& name = "the picture",
             const ReadOptions& options = {});
/// Decodes into `to` and reuses its memory. If it throws, the pixels of `to` are unspecified.
void decode(std::span<const std::uint8_t> bytes, Image& to, const std::string& name = "the picture",
            const ReadOptions& options = {});

/// The format of such a file: "JPEG", "PNG", "WebP", "TIFF" or "BMP". Empty if it has none of these.
std::string_view format_of(std::span<const std::uint8_t> bytes);
/// Bytes at the start of a file that tell its format.
inline constexpr std::size_t signature_bytes = 16;
/// Throws BadInput as decode() does if a file that begins so has none of these formats.
void check_signature(std::span<const std::uint8_t> beginning, const std::string& name);
/// Whether a JPEG or TIFF file has CMYK or YCCK colours, which decode() makes RGB.
bool has_inks(std::span<const std::uint8_t> bytes);

/// A picture whose size is known and whose pixels are not read yet. Only one thread at a time may use it.
class UnreadPicture {
 public:
  UnreadPicture() = default;
  virtual ~UnreadPicture() = default;
  UnreadPicture(const UnreadPicture&) = delete;
  UnreadPicture& operator=(const UnreadPicture&) = delete;

  /// Of the upright picture.
  virtual Size size() const = 0;
  /// Reads this part of the picture, which must lie inside it, into `to` and reuses its memory. The pixels
  /// are those of the whole picture. May be called once.
  virtual void read(const Part& part, Image& to) = 0;
};

/// The bytes of a picture file. They are in `room`, or somewhere else that outlives it.
struct FileBytes {
  std::span<const std::uint8_t> bytes{};
  std::vector<std::uint8_t> room{};
};

/// Opens such a file. Of most JPEG files, only the blocks of a part are decoded, and nothing below it, so
/// a random crop takes less time. Damage elsewhere is then not noticed, except that a file without its end
/// is. Other pictures are decoded at once. Throws like decode(), also when it is read.
std::unique_ptr<UnreadPicture> open(FileBytes file, std::string name = "the picture",
                                    const ReadOptions& options = {});

}  // namespace lehr::image
