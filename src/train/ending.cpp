#include "lehr/train/ending.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

constexpr std::array<std::string_view, 9> names{"",          "completed",   "early_stopping", "time_limit",
                                                "cancelled", "interrupted", "records_failed", "diverged",
                                                "failed"};
static_assert(names.size() == static_cast<std::size_t>(EndReason::failed) + 1);

}  // namespace

std::string_view end_reason_name(EndReason reason) { return names.at(static_cast<std::size_t>(reason)); }

EndReason end_reason_by_name(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<EndReason>(found - names.begin());
  throw unknown_name("reason", name, std::vector<std::string>(names.begin() + 1, names.end()));
}

}  // namespace lehr
