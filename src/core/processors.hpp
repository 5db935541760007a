#pragma once

#include <filesystem>
#include <string>

namespace lehr {

/// Number of processors that this process may use: those in its affinity mask, limited by the quotas of its
/// cgroups. At least 1.
int usable_processors();

/// The smallest quota of a cgroup and its parents, in processors, rounded up; 0 if there is no quota. `group`
/// is a line of /proc/self/cgroup ("0::/user.slice"). `root` is the mount point of the groups
/// (/sys/fs/cgroup).
int quota_of_cgroup(const std::string& group, const std::filesystem::path& root);

}  // namespace lehr
