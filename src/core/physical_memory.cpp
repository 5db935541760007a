#include "core/physical_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>

namespace lehr {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// Reads a line such as "MemAvailable:   123 kB".
std::uint64_t memory_reported() {
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    constexpr std::string_view key = "MemAvailable:";
    if (line.starts_with(key)) return std::stoull(line.substr(key.size())) * 1024;
  }
  return 0;
}

std::uint64_t left_in(const std::filesystem::path& folder) {
  std::uint64_t most = 0;
  std::uint64_t used = 0;
  std::ifstream limit(folder / "memory.max");  // a number or "max"
  std::ifstream current(folder / "memory.current");
  if (!(limit >> most) || !(current >> used)) return no_limit;
  return most - std::min(most, used);
}

}  // namespace

std::uint64_t physical_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t memory_left_in_cgroup(const std::filesystem::path& group, const std::filesystem::path& root) {
  std::filesystem::path folder = root;
  std::uint64_t least = left_in(folder);
  // A container may see its own group as the root. The path then does not exist here.
  for (const std::filesystem::path& part : group.relative_path()) {
    folder /= part;
    least = std::min(least, left_in(folder));
  }
  return least;
}

std::uint64_t available_memory() {
  std::uint64_t available = memory_reported();
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) {
      available = std::min(available, memory_left_in_cgroup(line.substr(3), "/sys/fs/cgroup"));
    }
  }
  return available;
}

}  // namespace lehr
