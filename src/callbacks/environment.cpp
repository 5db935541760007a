#include "callbacks/environment.hpp"

#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include <fstream>
#include <thread>

#include "lehr/core/parallel.hpp"

namespace lehr {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

}  // namespace

std::map<std::string, std::string> environment() {
  utsname system{};
  uname(&system);
  struct sysinfo memory {};
  sysinfo(&memory);
  const double gibibytes = static_cast<double>(memory.totalram) * memory.mem_unit / (1 << 30);
  std::map<std::string, std::string> found{
      {"lehr", LEHR_VERSION},
      {"cores", std::to_string(std::thread::hardware_concurrency())},
      {"threads", std::to_string(threads())},
      {"memory", fmt::format("{:.1f} GiB", gibibytes)},
      {"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)},
      {"host", system.nodename}};
  if (const std::string name = processor(); !name.empty()) found["processor"] = name;
  return found;
}

}  // namespace lehr
