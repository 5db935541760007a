#pragma once

#include "../examples/extending/register.hpp"

namespace lehr::test {

/// Registers the example's operation, loss, model, data and optimizer in this process.
inline void register_example() {
  static const bool done = [] {
    register_everything();
    return true;
  }();
  static_cast<void>(done);
}

}  // namespace lehr::test
