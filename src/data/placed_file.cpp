#include "data/placed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

/// Of a file of `size` bytes, of which these are in the middle.
std::uint64_t fingerprint_of_middle(std::uint64_t size, std::span<const std::uint8_t> middle) {
  Hash hash;
  hash.add_number(size);
  hash.add_numbers(middle);
  return std::max<std::uint64_t>(hash.value(), 1);
}

}  // namespace

PlacedFile::PlacedFile(const std::filesystem::path& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw_not_read(path_, errno);
}

PlacedFile::~PlacedFile() { ::close(descriptor_); }

std::uint64_t PlacedFile::size() const {
  struct stat found {};
  if (::fstat(descriptor_, &found) != 0) throw_not_read(path_, errno);
  return static_cast<std::uint64_t>(found.st_size);
}

void PlacedFile::read(std::uint64_t offset, std::span<std::uint8_t> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_not_read(path_, errno);
    if (got == 0) throw BadInput(in_quotes(path_) + " is shorter than when it was opened");
    offset += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t fingerprint_of(std::span<const std::uint8_t> contents, std::uint64_t most) {
  const std::size_t length = std::min<std::size_t>(contents.size(), most);
  return fingerprint_of_middle(contents.size(), contents.subspan((contents.size() - length) / 2, length));
}

std::uint64_t fingerprint_of(const PlacedFile& file, std::uint64_t offset, std::uint64_t size) {
  std::array<std::uint8_t, most_in_fingerprint> room;
  const std::uint64_t length = std::min(size, most_in_fingerprint);
  const std::span<std::uint8_t> middle = std::span(room).first(length);
  file.read(offset + (size - length) / 2, middle);
  return fingerprint_of_middle(size, middle);
}

}  // namespace lehr::data
