#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/look.hpp"
#include "lehr/data/info.hpp"

namespace lehr::data {

/// What one pass over the pictures of all sets finds.
struct LookPass {
  std::vector<Look> looks{};  ///< of the first set, then of the second, ...
  std::vector<std::pair<std::uint32_t, std::string>> failures{};  ///< in rising order
  Normalisation normalisation{};  ///< of the first set; empty if there is no shape or nothing can be read
  bool cancelled = false;
};

/// Reads each picture once. `input` is for the normalisation.
LookPass look_at_all(std::span<const SetInfo> sets, const Preprocessing& input, const InfoOptions& options);

}  // namespace lehr::data
