#include "image/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <system_error>
#include <vector>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::image {
namespace {

constexpr std::size_t input_bytes = 256 * 1024;

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
  const std::string message =
      "cannot read " + in_quotes(path) + ": " + std::generic_category().message(reason);
  if (is_of_the_disk(reason)) throw DiskError(message);
  throw BadInput(message);
}

/// A file descriptor that closes itself.
class File {
 public:
  explicit File(const std::filesystem::path& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) fail(path, errno);
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      const bool folder = S_ISDIR(status.st_mode);
      ::close(descriptor_);
      throw BadInput(in_quotes(path) + " is " + (folder ? "a folder" : "not a regular file") +
                     "; expected a file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t size() const { return size_; }

  std::size_t read(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = ::read(descriptor_, bytes.data() + done, bytes.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(path_, errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace

struct ByteSource::State {
  explicit State(const std::filesystem::path& from)
      : path(from), file(from), input(std::min<std::uint64_t>(input_bytes, file.size() + 1)) {
    refill();
    compressed = available.size() >= gzip_magic.size() &&
                 std::equal(gzip_magic.begin(), gzip_magic.end(), available.begin());
    if (!compressed) return;
    constexpr int gzip_window = 15 + 16;  // 32 KB, gzip header and trailer checked
    const int status = inflateInit2(&stream, gzip_window);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK) throw Error("zlib could not be started");
    inflating = true;
  }
  ~State() {
    if (inflating) inflateEnd(&stream);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void refill() { available = std::span(input).first(file.read(input)); }

  std::size_t read_plain(std::span<std::uint8_t> bytes) {
    const std::size_t buffered = std::min(bytes.size(), available.size());
    std::copy_n(available.begin(), buffered, bytes.begin());
    available = available.subspan(buffered);
    return buffered + file.read(bytes.subspan(buffered));
  }

  std::size_t read_compressed(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size() && !ended) done += inflate_some(bytes.subspan(done));
    return done;
  }

  std::size_t inflate_some(std::span<std::uint8_t> bytes) {
    if (available.empty()) refill();
    if (available.empty()) {
      throw BadInput(fmt::format(
          "{} is cut short: its compressed data end before the .gz trailer, after {} decompressed",
          in_quotes(path), counted(produced, "byte")));
    }
    const std::size_t room = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
    stream.next_in = available.data();
    stream.avail_in = static_cast<uInt>(available.size());
    stream.next_out = bytes.data();
    stream.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream, Z_NO_FLUSH);
    available = available.last(stream.avail_in);
    const std::size_t made = room - stream.avail_out;
    produced += made;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_STREAM_END) {
      next_member();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw BadInput(fmt::format("{} is a damaged .gz file: {}, after {} decompressed", in_quotes(path),
                                 stream.msg != nullptr ? stream.msg : "the data cannot be decompressed",
                                 counted(produced, "byte")));
    }
    return made;
  }

  // A .gz may consist of several members, one after the other (RFC 1952).
  void next_member() {
    if (available.empty()) refill();
    if (available.empty()) {
      ended = true;
      return;
    }
    if (available[0] != gzip_magic[0]) {
      throw BadInput(fmt::format(
          "{} is a damaged .gz file: other bytes follow the compressed data, after {} decompressed",
          in_quotes(path), counted(produced, "byte")));
    }
    inflateReset(&stream);
  }

  std::filesystem::path path;
  File file;
  std::vector<std::uint8_t> input;
  std::span<std::uint8_t> available;
  z_stream stream{};
  bool compressed = false;
  bool inflating = false;
  bool ended = false;
  std::uint64_t produced = 0;
};

ByteSource::ByteSource(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {}
ByteSource::~ByteSource() = default;

std::size_t ByteSource::read(std::span<std::uint8_t> bytes) {
  return state_->compressed ? state_->read_compressed(bytes) : state_->read_plain(bytes);
}

bool ByteSource::compressed() const { return state_->compressed; }
std::uint64_t ByteSource::file_bytes() const { return state_->file.size(); }

std::uint64_t ByteSource::most_bytes() const {
  return state_->compressed ? file_bytes() * largest_deflate_ratio : file_bytes();
}

}  // namespace lehr::image
