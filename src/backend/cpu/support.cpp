#include "backend/cpu/support.hpp"

#include <hwy/targets.h>

#include <algorithm>
#include <cctype>

namespace lehr::cpu {

std::string simd_implementation() {
  const std::int64_t usable = hwy::SupportedTargets() & HWY_TARGETS;
  std::string name = hwy::TargetName(usable & -usable);  // lower bits are better targets
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return "simd:" + name;
}

}  // namespace lehr::cpu
