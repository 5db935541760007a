#include "core/processors.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

namespace lehr {
namespace {

namespace fs = std::filesystem;

/// Whole processors for a quota of `quota` microseconds in each `period` microseconds; 0 if there is no
/// limit.
int processors_for(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return 0;
  return std::max(1, static_cast<int>(std::min((quota + period - 1) / period, 1e6)));
}

double number_in(const fs::path& file) {
  std::ifstream in(file);
  double number = 0;
  return in >> number ? number : 0;
}

/// The quota of this folder only, in the format of cgroup version 2 ("max 100000") or version 1 (two files).
int quota_in(const fs::path& folder) {
  std::ifstream both(folder / "cpu.max");
  std::string quota;
  double period = 0;
  if (both >> quota >> period) return quota == "max" ? 0 : processors_for(std::atof(quota.c_str()), period);
  return processors_for(number_in(folder / "cpu.cfs_quota_us"), number_in(folder / "cpu.cfs_period_us"));
}

int smaller_limit(int a, int b) { return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b); }

}  // namespace

int quota_of_cgroup(const std::string& group, const fs::path& root) {
  const std::size_t first = group.find(':');
  const std::size_t second = group.find(':', first == std::string::npos ? first : first + 1);
  if (second == std::string::npos) return 0;
  const std::string controllers = group.substr(first + 1, second - first - 1);
  const bool counts = controllers.empty() || ("," + controllers + ",").find(",cpu,") != std::string::npos;
  if (!counts) return 0;
  const fs::path mount = controllers.empty() ? root : root / "cpu";
  int least = quota_in(mount);
  fs::path folder = mount;
  // A container may see its own group as the root. The path then does not exist here.
  for (const fs::path& part : fs::path(group.substr(second + 1)).relative_path()) {
    folder /= part;
    least = smaller_limit(least, quota_in(folder));
  }
  return least;
}

int usable_processors() {
  // In glibc this is the number of processors in the affinity mask.
  int count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::ifstream groups("/proc/self/cgroup");
  for (std::string group; std::getline(groups, group);) {
    count = smaller_limit(count, quota_of_cgroup(group, "/sys/fs/cgroup"));
  }
  return count;
}

}  // namespace lehr
