#pragma once

#include <cstdint>
#include <string>

namespace lehr::store {

/// Which process of which machine, distinct for all time.
struct ProcessMark {
  std::string host{};  ///< its name, its boot, and the namespace of its process numbers
  std::int64_t process = 0;
  std::int64_t start = 0;  ///< clock ticks from boot

  static ProcessMark mine();
};

enum class Alive { yes, no, unknown };

/// Unknown for processes of other machines and containers.
Alive alive(const ProcessMark& mark);

}  // namespace lehr::store
