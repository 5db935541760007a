#include "lehr/core/disk_error.hpp"

#include <cerrno>
#include <system_error>

#include "lehr/core/text.hpp"

namespace lehr {

bool is_of_the_disk(int reason) {
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
      return true;
    default:
      return false;
  }
}

void throw_not_written(const std::filesystem::path& file, int reason) {
  const std::string message =
      in_quotes(file) + ": cannot be written: " + std::generic_category().message(reason);
  if (is_of_the_disk(reason)) throw DiskError(message);
  throw BadInput(message);
}

}  // namespace lehr
