#pragma once

#include <cstdint>
#include <string>

namespace lehr::store {

/// Identifies a process of a machine. No two processes are equal, at any time.
struct ProcessMark {
  std::string host{};  ///< host name, boot ID, and the namespace of the process IDs
  std::int64_t process = 0;
  std::int64_t start = 0;  ///< clock ticks since boot

  static ProcessMark mine();
};

enum class Alive { yes, no, unknown };

/// Unknown for processes of other machines and containers.
Alive alive(const ProcessMark& mark);

}  // namespace lehr::store
