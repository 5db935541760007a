#include "data/idx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "image/byte_source.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

constexpr std::uint8_t unsigned_byte = 0x08;

std::string element_name(std::uint8_t type) {
  switch (type) {
    case 0x09:
      return "signed bytes";
    case 0x0B:
      return "16-bit integers";
    case 0x0C:
      return "32-bit integers";
    case 0x0D:
      return "32-bit reals";
    case 0x0E:
      return "64-bit reals";
    default:
      return "an unknown kind";
  }
}

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{}{:02X}", text.empty() ? "" : " ", byte);
  return text;
}

struct File {
  std::filesystem::path path;
  image::ByteSource source;
  explicit File(const std::filesystem::path& from) : path(from), source(from) {}
};

void check_magic(const File& file, std::span<const std::uint8_t> magic, std::size_t dimensions) {
  if (magic.size() < 4) {
    throw BadInput(fmt::format("{} is not an IDX file: expected at least 4 bytes, found {}",
                               in_quotes(file.path), magic.size()));
  }
  const bool known_type = magic[2] == unsigned_byte || element_name(magic[2]) != "an unknown kind";
  if (magic[0] != 0 || magic[1] != 0 || !known_type || magic[3] == 0) {
    throw BadInput(fmt::format("{} is not an IDX file: expected the first bytes 00 00 08 {:02X}, found {}",
                               in_quotes(file.path), dimensions, hexadecimal(magic)));
  }
  if (magic[2] != unsigned_byte) {
    throw BadInput(fmt::format("{} holds {} (element type {:02X}); expected unsigned bytes (08)",
                               in_quotes(file.path), element_name(magic[2]), magic[2]));
  }
  if (magic[3] != dimensions) {
    throw BadInput(fmt::format("{} has {}; expected {} ({})", in_quotes(file.path),
                               counted(magic[3], "dimension"), dimensions,
                               dimensions == 1 ? "one label an image" : "images, height, width"));
  }
}

/// Reads the header; the result has `dimensions` extents, each below 2^32.
std::vector<std::uint64_t> read_header(File& file, std::size_t dimensions) {
  std::array<std::uint8_t, 16> bytes{};
  const std::size_t expected = 4 + 4 * dimensions;
  const std::size_t found = file.source.read(std::span(bytes).first(expected));
  check_magic(file, std::span(bytes).first(std::min<std::size_t>(found, 4)), dimensions);
  if (found < expected) {
    throw BadInput(fmt::format("{} is cut short: expected a header of {} bytes, found {}",
                               in_quotes(file.path), expected, found));
  }
  std::vector<std::uint64_t> extents;
  for (std::size_t at = 4; at < expected; at += 4) {
    extents.push_back(std::uint64_t{bytes[at]} << 24 | std::uint64_t{bytes[at + 1]} << 16 |
                      std::uint64_t{bytes[at + 2]} << 8 | bytes[at + 3]);
  }
  return extents;
}

/// Reads exactly `expected` bytes, which must be the rest of the file. `what` says what the header
/// promised.
std::vector<std::uint8_t> read_body(File& file, std::uint64_t header, std::uint64_t expected,
                                    const std::string& what) {
  const auto refuse_cut = [&](std::uint64_t found, const char* qualifier) {
    throw BadInput(fmt::format("{} is cut short: its header promises {}, {} in all, found {}{}",
                               in_quotes(file.path), what, counted(header + expected, "byte"), qualifier,
                               found));
  };
  if (header + expected > file.source.most_bytes()) {
    if (!file.source.compressed()) refuse_cut(file.source.file_bytes(), "");
    throw BadInput(
        fmt::format("{} is cut short: its header promises {}, {} in all, which {} compressed cannot hold",
                    in_quotes(file.path), what, counted(header + expected, "byte"),
                    counted(file.source.file_bytes(), "byte")));
  }
  // Usual .gz files need one allocation. If the header is false, at most twice the size of the data is
  // allocated.
  constexpr std::uint64_t usual_ratio = 16;
  std::vector<std::uint8_t> body;
  std::uint64_t room =
      std::min(expected, std::max<std::uint64_t>(usual_ratio * file.source.file_bytes(), 65536));
  std::uint64_t done = 0;
  for (;;) {
    body.resize(room);
    const std::uint64_t wanted = room - done;
    const std::uint64_t got = file.source.read(std::span(body).subspan(done));
    done += got;
    if (got < wanted) refuse_cut(header + done, "");
    if (done == expected) break;
    room = std::min(expected, 2 * room);
  }
  std::array<std::uint8_t, 1> beyond{};
  if (file.source.read(beyond) != 0) {
    throw BadInput(fmt::format("{} is longer than its header says: expected {} ({} bytes in all), found more",
                               in_quotes(file.path), what, header + expected));
  }
  return body;
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& path) {
  File file(path);
  const std::vector<std::uint64_t> extents = read_header(file, 3);
  const auto [count, height, width] = std::array{extents[0], extents[1], extents[2]};
  if (count == 0) throw BadInput(in_quotes(path) + " is empty: expected at least 1 image, found 0");
  if (height == 0 || width == 0) {
    throw BadInput(fmt::format("{} holds images of {} x {} pixels; expected at least 1 x 1", in_quotes(path),
                               height, width));
  }
  constexpr std::uint64_t most_pixels = 64'000'000;
  if (height * width > most_pixels) {
    throw BadInput(fmt::format("{} claims images of {} x {} pixels; expected at most {} pixels",
                               in_quotes(path), height, width, most_pixels));
  }
  const std::string what = fmt::format("{} of {} x {}", counted(count, "image"), height, width);
  IdxImages images;
  images.pixels = read_body(file, 16, count * height * width, what);
  images.count = static_cast<std::int64_t>(count);
  images.height = static_cast<std::int64_t>(height);
  images.width = static_cast<std::int64_t>(width);
  return images;
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path) {
  File file(path);
  const std::uint64_t count = read_header(file, 1)[0];
  if (count == 0) throw BadInput(in_quotes(path) + " is empty: expected at least 1 label, found 0");
  return read_body(file, 8, count, counted(count, "label"));
}

}  // namespace lehr::data
