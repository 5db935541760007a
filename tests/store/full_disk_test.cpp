#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lehr/store/atomic_file.hpp"
#include "store/support.hpp"

namespace lehr {
namespace {

constexpr int no_namespace = 77;

// Without a mapping the new namespace's user may create nothing.
bool map_user_to_root(uid_t user, gid_t group) {
  store_test::write_all("/proc/self/setgroups", "deny");
  store_test::write_all("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
  store_test::write_all("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  return ::getuid() == 0 && ::getgid() == 0;
}

// Runs in a child process: a 64 KiB file system of its own, and a file that does not fit.
int fill_small_disk(const std::filesystem::path& mount_point) {
  const uid_t user = ::getuid();
  const gid_t group = ::getgid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return no_namespace;
  if (!map_user_to_root(user, group)) return no_namespace;
  if (::mount("lehr", mount_point.c_str(), "tmpfs", 0, "size=64k") != 0) return no_namespace;
  const auto file = mount_point / "new" / "file";
  try {
    store::write_file_atomically(file, [](std::ostream& stream) { stream << std::string(200000, 'x'); });
  } catch (const BadInput& error) {
    const std::string message = error.what();
    if (message.find("No space left on device") == std::string::npos) return 2;
    if (message.find(file.string()) == std::string::npos) return 3;
    return std::filesystem::is_empty(mount_point) ? 0 : 4;
  }
  return 1;
}

TEST(FullDisk, IsReportedAndLeavesNothing) {
  const store_test::TemporaryFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(fill_small_disk(folder.path()));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_namespace) GTEST_SKIP() << "no file system of one's own can be mounted here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace lehr
