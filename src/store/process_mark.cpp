#include "store/process_mark.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace lehr::store {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

/// Field 22 of /proc/PID/stat, behind the command in brackets, which may hold anything; 0 if there is no such
/// process. One that has ended and waits for its parent to notice (Z, X) is none either.
std::int64_t start_of(std::int64_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t bracket = line.rfind(')');
  if (bracket == std::string::npos) return 0;
  std::istringstream fields(line.substr(bracket + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return 0;
  constexpr int behind_state = 19;
  for (int i = 0; i < behind_state; ++i) fields >> field;
  return fields ? std::stoll(field) : 0;
}

/// Containers on one machine number their processes apart.
std::string process_numbers() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
}

}  // namespace

ProcessMark ProcessMark::mine() {
  const std::int64_t process = getpid();
  return {host_name() + "/" + boot() + "/" + process_numbers(), process, start_of(process)};
}

Alive alive(const ProcessMark& mark) {
  const std::string host = host_name() + "/";
  if (!mark.host.starts_with(host)) return Alive::unknown;
  if (!mark.host.starts_with(host + boot() + "/")) return Alive::no;
  if (mark.host != ProcessMark::mine().host) return Alive::unknown;
  return start_of(mark.process) == mark.start ? Alive::yes : Alive::no;
}

}  // namespace lehr::store
