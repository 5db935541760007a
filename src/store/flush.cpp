#include "store/flush.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "store/file_descriptor.hpp"

namespace lehr::store {

int flush(int descriptor) {
  int result = 0;
  do {
    result = ::fsync(descriptor);
  } while (result != 0 && errno == EINTR);
  return result == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

int flush_folder(const std::filesystem::path& folder) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) return flush(opened.get());
  return errno == EACCES ? 0 : errno;
}

}  // namespace lehr::store
