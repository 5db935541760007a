#include "lehr/core/disk_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace lehr {
namespace {

TEST(DiskError, IsWhatAnotherNameWouldNotMend) {
  for (const int reason : {ENOSPC, EDQUOT, EFBIG, EIO, EMFILE, ENFILE, ENOMEM}) {
    EXPECT_THROW(throw_not_written("file", reason), DiskError) << reason;
  }
  for (const int reason : {EACCES, ENOENT, ENOTDIR, EISDIR, EROFS, ENAMETOOLONG}) {
    EXPECT_THROW(throw_not_written("file", reason), BadInput) << reason;
  }
}

TEST(DiskError, NamesFileAndReasonAndHasStatus1) {
  try {
    throw_not_written("a/b", ENOSPC);
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "\"a/b\": cannot be written: No space left on device");
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    return;
  }
}

}  // namespace
}  // namespace lehr
