#pragma once

#include <unistd.h>

#include <cstdlib>

#include "lehr/core/error.hpp"

namespace lehr::test {

/// Runs the test as user nobody during its lifetime, because root may write anywhere.
class AsOrdinaryUser {
 public:
  AsOrdinaryUser() : before_(::geteuid()) {
    constexpr uid_t nobody = 65534;
    if (before_ == 0 && ::seteuid(nobody) != 0) throw Error("cannot become an ordinary user");
  }
  ~AsOrdinaryUser() {
    if (::seteuid(before_) != 0) std::abort();
  }
  AsOrdinaryUser(const AsOrdinaryUser&) = delete;
  AsOrdinaryUser& operator=(const AsOrdinaryUser&) = delete;

 private:
  uid_t before_;
};

}  // namespace lehr::test
