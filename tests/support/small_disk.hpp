#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

/// A small file system that a test can fill up.
namespace lehr::test {

/// Result of in_own_namespace if nothing can be mounted on this machine.
constexpr int no_namespace = 77;

inline void write_text(const char* file, const std::string& text) { std::ofstream(file) << text; }

// Without a mapping the user of the new namespace cannot create files.
inline bool map_user_to_root(uid_t user, gid_t group) {
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
  write_text("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  return ::getuid() == 0 && ::getgid() == 0;
}

/// Mounts a disk of that size on a folder, or with `again` changes the size of a mounted one. size: "64k"
inline bool mount_disk(const std::filesystem::path& folder, const std::string& size, bool again = false) {
  return ::mount("lehr", folder.c_str(), "tmpfs", again ? MS_REMOUNT : 0, ("size=" + size).c_str()) == 0;
}

/// Runs `work` in a child process that may mount disks, and returns its exit status.
template <class Work>
int in_own_namespace(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const uid_t user = ::getuid();
    const gid_t group = ::getgid();
    const bool allowed = ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && map_user_to_root(user, group);
    ::_exit(allowed ? work() : no_namespace);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

}  // namespace lehr::test
