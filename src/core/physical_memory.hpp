#pragma once

#include <cstdint>
#include <filesystem>

namespace lehr {

/// The total memory of this machine in bytes, used and free.
std::uint64_t physical_memory();

/// The memory that this process can still get without paging, in bytes: what the system reports as
/// available, but no more than its cgroups allow. 0 if the system does not report it.
std::uint64_t available_memory();

/// What a cgroup of version 2 and its parents leave, in bytes; the largest number if they have no limit.
/// `group` is the path of the group below `root`.
std::uint64_t memory_left_in_cgroup(const std::filesystem::path& group, const std::filesystem::path& root);

}  // namespace lehr
