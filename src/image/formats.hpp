#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "lehr/image/image.hpp"
#include "lehr/image/read.hpp"

namespace lehr::image {

/// The bytes of a picture file.
struct Encoded {
  std::span<const std::uint8_t> bytes;
  const std::string& name;  ///< of the picture, in messages
  const ReadOptions& options;
};

/// Each of these decodes one format into `to`, reusing its memory, and returns EXIF's orientation of
/// the pixels, 1 (upright) to 8. Throws BadInput if the bytes are not such a picture.
int decode_bmp(const Encoded& from, Image& to);
int decode_jpeg(const Encoded& from, Image& to);
int decode_png(const Encoded& from, Image& to);
int decode_tiff(const Encoded& from, Image& to);
int decode_webp(const Encoded& from, Image& to);
/// open() for a JPEG file.
std::unique_ptr<UnreadPicture> open_jpeg(FileBytes file, std::string name, const ReadOptions& options);

/// Takes a part of a decoded picture, whose memory it may use. For UnreadPicture::read().
void take_part(Image& whole, const Part& part, Image& to);

/// Throws BadInput if the options do not allow a picture of this size.
void check_size(const Encoded& from, std::uint64_t width, std::uint64_t height);
/// "NAME is a damaged FORMAT picture: REASON"
[[noreturn]] void throw_damaged(const Encoded& from, std::string_view format, std::string_view reason);
/// "NAME is a FORMAT picture with WHAT; expected EXPECTED"
[[noreturn]] void throw_unsupported(const Encoded& from, std::string_view format, std::string_view what,
                                    std::string_view expected);

/// The colours of pixels in inks (cyan, magenta, yellow, key), like Pillow's convert("RGB"): each is 255 -
/// key, less its ink's share of it. In place: `rgb` may begin where `cmyk` does.
void rgb_of_cmyk(const std::uint8_t* cmyk, std::size_t pixels, std::uint8_t* rgb);

/// The reason if a file ends before its picture does.
inline constexpr std::string_view cut_short = "it is cut short";

}  // namespace lehr::image
