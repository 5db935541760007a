#include <gtest/gtest.h>

#include "lehr/core/disk_error.hpp"
#include "lehr/store/atomic_file.hpp"
#include "store/support.hpp"
#include "support/small_disk.hpp"

namespace lehr {
namespace {

// Runs in a child process: mounts a 64 KiB file system and writes a file that does not fit.
int fill_small_disk(const std::filesystem::path& mount_point) {
  if (!test::mount_disk(mount_point, "64k")) return test::no_namespace;
  const auto file = mount_point / "new" / "file";
  try {
    store::write_file_atomically(file, [](std::ostream& stream) { stream << std::string(200000, 'x'); });
  } catch (const DiskError& error) {
    const std::string message = error.what();
    if (message.find("No space left on device") == std::string::npos) return 2;
    if (message.find(file.string()) == std::string::npos) return 3;
    return std::filesystem::is_empty(mount_point) ? 0 : 4;
  }
  return 1;
}

TEST(FullDisk, IsReportedAndLeavesNothing) {
  const store_test::TemporaryFolder folder;
  const int status = test::in_own_namespace([&] { return fill_small_disk(folder.path()); });
  if (status == test::no_namespace) GTEST_SKIP() << "no file system of one's own can be mounted here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lehr
