#pragma once

#include <filesystem>
#include <string>

namespace lehr {

/// Processors that this process may use: those of its affinity mask, and no more than the quotas of its
/// cgroups give it time on. At least 1.
int usable_processors();

/// The smallest quota of a cgroup and those above it, in processors, rounded up; 0 without one. `group` is a
/// line of /proc/self/cgroup ("0::/user.slice"), `root` where the groups are mounted (/sys/fs/cgroup).
int quota_of_cgroup(const std::string& group, const std::filesystem::path& root);

}  // namespace lehr
