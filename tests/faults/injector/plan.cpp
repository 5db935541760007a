#include "plan.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace faults {
namespace {

constexpr int crash_status = 97;
constexpr int max_threads = 16;
constexpr std::array<const char*, kinds> names{"open",   "read", "write",  "partial", "interrupt", "sync",
                                               "rename", "make", "remove", "resize",  "look",      "map",
                                               "memory", "lock", "thread", "crash"};

struct Plan {
  std::uint64_t seed = 0;
  unsigned kinds = 0;       // one bit per kind
  double rate = 0;          // share of failing calls after the first failure
  std::uint64_t after = 0;  // number of calls of these kinds that succeed first
  int thread = 0;           // the thread whose calls `after` counts; threads are numbered by their first
                            // calls
  std::uint64_t most = 1;   // maximum number of faults
  int error = 0;            // errno of every failure; 0: chosen
  const char* root = "";
  const char* journal = "";
  bool skip_sync = false;
  bool ignore_failed_writes = false;
  int log = -1;
};

Plan plan;
std::atomic<bool> is_armed{false};
std::atomic<bool> begun{false};
std::atomic<std::uint64_t> struck{0};
std::atomic<std::uint64_t> drawn{0};
std::atomic<int> next_thread{0};
std::array<std::array<std::atomic<std::uint64_t>, kinds>, max_threads> calls{};

thread_local int this_thread = -1;
thread_local std::uint64_t position = 0;
thread_local bool within_injector = false;

const char* text_of(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::uint64_t number_of(const char* name, std::uint64_t otherwise) {
  const char* value = text_of(name);
  return *value == '\0' ? otherwise : std::strtoull(value, nullptr, 10);
}

unsigned kinds_in(const char* list) {
  unsigned bits = 0;
  while (*list != '\0') {
    const std::size_t length = std::strcspn(list, ",");
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (std::strlen(names[i]) == length && std::strncmp(names[i], list, length) == 0) bits |= 1U << i;
    }
    list += length + (list[length] == ',' ? 1 : 0);
  }
  return bits;
}

int error_in(const char* name) {
  if (std::strcmp(name, "ENOSPC") == 0) return ENOSPC;
  return std::strcmp(name, "EIO") == 0 ? EIO : 0;
}

// splitmix64, Steele, Lea and Flood 2014
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t draw() { return mixed(plan.seed ^ mixed(drawn++)); }

void log_line(const char* format, ...) {
  if (plan.log < 0) return;
  std::array<char, 512> line{};
  va_list values;
  va_start(values, format);
  const int length = std::vsnprintf(line.data(), line.size(), format, values);
  va_end(values);
  syscall(SYS_write, plan.log, line.data(), std::strlen(line.data()));
  static_cast<void>(length);
}

int thread_number() {
  if (this_thread < 0) this_thread = next_thread++;
  return this_thread < max_threads ? this_thread : max_threads - 1;
}

/// Counts the call. Returns whether the failures have begun.
bool begins() {
  if (begun) return true;
  if (thread_number() != plan.thread || ++position <= plan.after) return false;
  return !begun.exchange(true) || plan.most > 1;
}

}  // namespace

bool inject(Kind kind, const char* where) {
  if (!is_armed || within_injector) return false;
  const auto index = static_cast<std::size_t>(kind);
  ++calls[static_cast<std::size_t>(thread_number())][index];
  if ((plan.kinds >> index & 1U) == 0) return false;
  const bool first = !begun;
  if (!begins()) return false;
  constexpr double most_drawn = 18446744073709551616.0;
  if (!first && static_cast<double>(draw()) / most_drawn >= plan.rate) return false;
  if (struck++ >= plan.most) return false;
  log_line("fault %s thread %d in %s\n", names[index], thread_number(), where);
  if (kind == Kind::crash) syscall(SYS_exit_group, crash_status);
  return true;
}

int failure(Kind kind, const char* where, bool creates) {
  const bool needs_no_room = kind == Kind::open && !creates;
  if (plan.error == ENOSPC && needs_no_room) return 0;
  if (!inject(kind, where)) return 0;
  if (plan.error != 0) return plan.error;
  const bool other = draw() % 2 == 1;
  switch (kind) {
    case Kind::open:
      return other ? EIO : creates ? ENOSPC : EMFILE;
    case Kind::interrupt:
      return EINTR;
    case Kind::map:
    case Kind::memory:
      return ENOMEM;
    case Kind::lock:
      return other ? EIO : ENOLCK;
    case Kind::thread:
      return EAGAIN;
    case Kind::write:
    case Kind::sync:
    case Kind::rename:
    case Kind::make:
    case Kind::resize:
      return other ? EIO : ENOSPC;
    default:
      return EIO;
  }
}

std::size_t random_below(std::size_t bound) { return static_cast<std::size_t>(draw() % bound); }

const char* root() { return plan.root; }
const char* journal_folder() { return plan.journal; }
bool skips_sync() { return plan.skip_sync; }
bool ignores_failed_writes() { return plan.ignore_failed_writes; }

void arm() {
  plan.seed = number_of("LEHR_FAULT_SEED", 0);
  plan.kinds = kinds_in(text_of("LEHR_FAULT_KINDS"));
  plan.rate = std::strtod(text_of("LEHR_FAULT_RATE"), nullptr);
  plan.after = number_of("LEHR_FAULT_AFTER", 0);
  plan.thread = static_cast<int>(number_of("LEHR_FAULT_THREAD", 0));
  plan.most = number_of("LEHR_FAULT_MOST", 1);
  plan.error = error_in(text_of("LEHR_FAULT_ERROR"));
  plan.root = text_of("LEHR_FAULT_ROOT");
  plan.journal = text_of("LEHR_FAULT_JOURNAL");
  plan.skip_sync = std::strcmp(text_of("LEHR_FAULT_PLANT"), "sync") == 0;
  plan.ignore_failed_writes = std::strcmp(text_of("LEHR_FAULT_PLANT"), "write") == 0;
  const char* log = text_of("LEHR_FAULT_LOG");
  if (*log != '\0') {
    plan.log =
        static_cast<int>(syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }
  static_cast<void>(thread_number());
  is_armed = true;
}

void disarm() {
  is_armed = false;
  for (std::size_t thread = 0; thread < calls.size(); ++thread) {
    for (std::size_t kind = 0; kind < names.size(); ++kind) {
      if (const std::uint64_t count = calls[thread][kind]; count > 0) {
        log_line("calls %zu %s %llu\n", thread, names[kind], static_cast<unsigned long long>(count));
      }
    }
  }
}

bool armed() { return is_armed; }

InjectorScope::InjectorScope() : before_(within_injector) { within_injector = true; }
InjectorScope::~InjectorScope() { within_injector = before_; }
bool in_injector() { return within_injector; }

}  // namespace faults
