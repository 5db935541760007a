#include <optional>
#include <string_view>

#include "lehr/image/read.hpp"

namespace lehr::image {
namespace {

using InkBytes = std::span<const std::uint8_t>;

/// An integer of `size` bytes, unless the bytes end before it.
std::optional<std::uint32_t> integer_at(InkBytes bytes, std::size_t at, std::size_t size, bool big_endian) {
  if (at > bytes.size() || bytes.size() - at < size) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[at + (big_endian ? i : size - 1 - i)];
  return value;
}

/// Four components in the header of the frame. Source: ITU-T T.81, B.2.2.
bool jpeg_has_inks(InkBytes bytes) {
  for (std::size_t at = 2; at + 9 < bytes.size() && bytes[at] == 0xFF;) {
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    const bool is_table = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
    if (marker >= 0xC0 && marker <= 0xCF && !is_table) return bytes[at + 9] == 4;
    at += 2 + *integer_at(bytes, at + 2, 2, true);
  }
  return false;
}

/// The photometric interpretation of the first page. Source: TIFF 6.0, section 16. BigTIFF counts as without.
bool tiff_has_inks(InkBytes bytes) {
  constexpr std::uint32_t photometric_tag = 262;
  constexpr std::uint32_t separated = 5;
  const bool big_endian = bytes[0] == 'M';
  const auto read = [&](std::size_t at, std::size_t size) { return integer_at(bytes, at, size, big_endian); };
  if (read(2, 2) != 42U) return false;
  const std::size_t page = read(4, 4).value_or(0);
  const std::uint32_t entries = read(page, 2).value_or(0);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = page + 2 + std::size_t{12} * i;
    if (read(entry, 2) == photometric_tag) return read(entry + 8, 2) == separated;
  }
  return false;
}

}  // namespace

bool has_inks(std::span<const std::uint8_t> bytes) {
  const std::string_view format = format_of(bytes);
  return format == "JPEG" ? jpeg_has_inks(bytes) : format == "TIFF" && tiff_has_inks(bytes);
}

}  // namespace lehr::image
