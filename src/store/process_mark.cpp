#include "store/process_mark.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "lehr/core/disk_error.hpp"

namespace lehr::store {
namespace fs = std::filesystem;
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// The first line of a file. Empty if the file does not exist, as for a process that has ended. Throws for
/// any other failure: otherwise a live process could be taken for a dead one and lose its run.
std::string first_line(const fs::path& path) {
  errno = 0;
  std::ifstream file(path);
  std::string line;
  if (file) std::getline(file, line);
  if (line.empty() && errno != 0 && errno != ENOENT && errno != ESRCH) throw_not_read(path, errno);
  return line;
}

std::string boot() { return first_line("/proc/sys/kernel/random/boot_id"); }

/// The start time of a process: field 22 of /proc/PID/stat. The fields are counted from the end of the
/// command in parentheses, which may contain any characters. Returns 0 if there is no such process, or if it
/// has ended but is not yet reaped (Z, X).
std::int64_t start_of(std::int64_t process) {
  const std::string line = first_line("/proc/" + std::to_string(process) + "/stat");
  const std::size_t bracket = line.rfind(')');
  if (bracket == std::string::npos) return 0;
  std::istringstream fields(line.substr(bracket + 1));
  std::string field;
  fields >> field;
  if (field == "Z" || field == "X") return 0;
  constexpr int fields_after_state = 19;
  for (int i = 0; i < fields_after_state; ++i) fields >> field;
  return fields ? std::stoll(field) : 0;
}

/// The namespace of process IDs. Containers on one machine have separate process IDs.
std::string process_numbers() {
  const fs::path link = "/proc/self/ns/pid";
  std::error_code error;
  const fs::path numbers = fs::read_symlink(link, error);
  if (error && error.value() != ENOENT && error.value() != EACCES) throw_not_read(link, error.value());
  return numbers.string();
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
