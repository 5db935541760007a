#include "store/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::store {

// Opened non-blocking, because opening a pipe would wait for its writer.
InputFile::InputFile(const std::filesystem::path& file)
    : file_(file), descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (!descriptor_.is_open()) throw_not_read(file, errno);
  struct stat status {};
  if (::fstat(descriptor_.get(), &status) != 0) throw_not_read(file, errno);
  if (S_ISDIR(status.st_mode)) throw_not_read(file, EISDIR);
  if (!S_ISREG(status.st_mode)) {
    throw BadInput(in_quotes(file) + ": cannot be read: expected a regular file, found a device or pipe");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got = ::pread(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_not_read(file_, errno);
    if (got == 0) throw BadInput(in_quotes(file_) + ": became shorter while it was read");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

}  // namespace lehr::store
