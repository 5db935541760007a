#include "lehr/callbacks/disk_guard.hpp"

#include <cstdio>
#include <utility>

#include "lehr/core/disk_error.hpp"

namespace lehr {

DiskGuard::DiskGuard(OnFailure on_failure) : on_failure_(std::move(on_failure)) {
  if (on_failure_) return;
  on_failure_ = [](const std::string& sentence) { std::fprintf(stderr, "lehr: %s\n", sentence.c_str()); };
}

bool DiskGuard::attempt(const std::function<void()>& write, std::string_view consequence) {
  try {
    write();
    failure_.clear();
    return true;
  } catch (const DiskError& error) {
    const bool known = !failure_.empty();
    failure_ = error.what();
    if (!known) on_failure_(failure_ + "; " + std::string(consequence));
    return false;
  }
}

}  // namespace lehr
