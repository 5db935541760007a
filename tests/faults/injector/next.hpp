#pragma once

#include <dlfcn.h>

#include "plan.hpp"

namespace faults {

/// The function of that name that the program would call without this library.
template <class Function>
Function* next(const char* name) {
  const InjectorScope scope;
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace faults
