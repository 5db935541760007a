#include "lehr/core/disk_error.hpp"

#include <cerrno>
#include <system_error>

#include "lehr/core/text.hpp"

namespace lehr {
namespace {

[[noreturn]] void throw_failed(const std::filesystem::path& file, const char* cannot, int reason) {
  const std::string message =
      in_quotes(file) + ": cannot be " + cannot + ": " + std::generic_category().message(reason);
  if (is_of_the_disk(reason)) throw DiskError(message);
  throw BadInput(message);
}

}  // namespace

bool is_of_the_disk(int reason) {
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return true;
    default:
      return false;
  }
}

void throw_not_written(const std::filesystem::path& file, int reason) {
  throw_failed(file, "written", reason);
}

void throw_not_read(const std::filesystem::path& file, int reason) { throw_failed(file, "read", reason); }

}  // namespace lehr
