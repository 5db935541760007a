#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "image/byte_source.hpp"
#include "image/formats.hpp"
#include "image/orientation.hpp"
#include "image/sides.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/read.hpp"

namespace lehr::image {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t most_file_bytes = std::uint64_t{512} << 20;
constexpr std::string_view known_formats = "JPEG, PNG, WebP, TIFF or BMP";

/// A format is recognised by a few bytes at a fixed place.
struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view format;
  int (*decode)(const Encoded&, Image&);  // null if lehr does not read the format
};

constexpr std::array<Signature, 11> signatures{{
    {0, "\xFF\xD8\xFF"sv, "JPEG", decode_jpeg},
    {0, "\x89PNG\r\n\x1A\n"sv, "PNG", decode_png},
    {8, "WEBP"sv, "WebP", decode_webp},
    {0, "II*\0"sv, "TIFF", decode_tiff},
    {0, "MM\0*"sv, "TIFF", decode_tiff},
    {0, "II+\0"sv, "TIFF", decode_tiff},
    {0, "MM\0+"sv, "TIFF", decode_tiff},
    {0, "BM"sv, "BMP", decode_bmp},
    {0, "GIF8"sv, "GIF", nullptr},
    {4, "ftyp"sv, "HEIF or AVIF", nullptr},
    {0, "\x1F\x8B"sv, "gzip-compressed", nullptr},
}};

/// Null if the bytes begin in no known way.
const Signature* find_signature(std::span<const std::uint8_t> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto* found = std::ranges::find_if(signatures, [&](const Signature& signature) {
    return text.size() > signature.at && text.substr(signature.at).starts_with(signature.bytes);
  });
  return found == signatures.end() ? nullptr : found;
}

const Signature& signature_of(const Encoded& from) {
  if (from.bytes.empty()) throw BadInput(from.name + " is empty; expected a picture");
  const Signature* const found = find_signature(from.bytes);
  if (found == nullptr) {
    throw BadInput(fmt::format("{} is not a picture that lehr reads: expected the first bytes of a {} file",
                               from.name, known_formats));
  }
  if (found->decode == nullptr) {
    throw BadInput(fmt::format("{} is a {} file; expected {}", from.name, found->format, known_formats));
  }
  return *found;
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file) {
  ByteSource source(file);
  if (source.file_bytes() > most_file_bytes) {
    throw BadInput(fmt::format("{} is too large for a picture: expected at most {} bytes, found {}",
                               in_quotes(file), most_file_bytes, source.file_bytes()));
  }
  if (source.compressed()) return {gzip_magic.begin(), gzip_magic.end()};  // refused by its signature
  std::vector<std::uint8_t> bytes(source.file_bytes());
  bytes.resize(source.read(bytes));
  return bytes;
}

/// A picture that is decoded at once.
class DecodedPicture final : public UnreadPicture {
 public:
  DecodedPicture(const FileBytes& file, const std::string& name, const ReadOptions& options) {
    decode(file.bytes, picture_, name, options);
  }
  Size size() const override { return {picture_.width, picture_.height}; }
  void read(const Part& part, Image& to) override { take_part(picture_, part, to); }

 private:
  Image picture_;
};

}  // namespace

void check_size(const Encoded& from, std::uint64_t width, std::uint64_t height) {
  const auto most = static_cast<std::uint64_t>(from.options.most_pixels);
  if (width <= most && height <= most && width * height <= most) return;
  throw BadInput(
      fmt::format("{} is a picture of {} x {} pixels; expected at most {} pixels; "
                  "--max-megapixels allows more",
                  from.name, width, height, most));
}

void throw_damaged(const Encoded& from, std::string_view format, std::string_view reason) {
  throw BadInput(fmt::format("{} is a damaged {} picture: {}", from.name, format, reason));
}

void throw_unsupported(const Encoded& from, std::string_view format, std::string_view what,
                       std::string_view expected) {
  throw BadInput(fmt::format("{} is a {} picture with {}; expected {}", from.name, format, what, expected));
}

void rgb_of_cmyk(const std::uint8_t* cmyk, std::size_t pixels, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i, cmyk += 4) {
    const unsigned light = 255U - cmyk[3];
    const std::array<unsigned, 3> inks{cmyk[0], cmyk[1], cmyk[2]};
    for (const unsigned ink : inks) {
      const unsigned taken = ink * light + 128;
      *rgb++ = static_cast<std::uint8_t>(light - ((taken >> 8) + taken) / 256);
    }
  }
}

std::string_view format_of(std::span<const std::uint8_t> bytes) {
  const Signature* const found = find_signature(bytes);
  return found == nullptr || found->decode == nullptr ? std::string_view() : found->format;
}

void check_signature(std::span<const std::uint8_t> beginning, const std::string& name) {
  const ReadOptions options;
  signature_of({beginning, name, options});
}

Image read(const std::filesystem::path& file, const ReadOptions& options) {
  return decode(read_bytes(file), in_quotes(file), options);
}

Image decode(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options) {
  Image image;
  decode(bytes, image, name, options);
  return image;
}

void decode(std::span<const std::uint8_t> bytes, Image& to, const std::string& name,
            const ReadOptions& options) {
  const Encoded from{bytes, name, options};
  make_upright(to, signature_of(from).decode(from, to));
  if (to.width <= longest_side && to.height <= longest_side) return;
  throw BadInput(fmt::format("{} is a picture of {} x {} pixels; expected sides of at most {} pixels", name,
                             to.width, to.height, longest_side));  // what cannot be resized is of no use
}

void take_part(Image& whole, const Part& part, Image& to) {
  if (part.width == whole.width && part.height == whole.height) return std::swap(whole, to);
  crop(whole, part, to);
}

std::unique_ptr<UnreadPicture> open(FileBytes file, std::string name, const ReadOptions& options) {
  if (signature_of({file.bytes, name, options}).decode == decode_jpeg) {
    return open_jpeg(std::move(file), std::move(name), options);
  }
  return std::make_unique<DecodedPicture>(file, name, options);
}

}  // namespace lehr::image
