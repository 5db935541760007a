#pragma once

#include <cstdint>
#include <vector>

#include "lehr/models/models.hpp"

namespace lehr::models {

/// The widths of the stages that a request asks for; `own` if it asks for none. Throws BadInput if it
/// has both channels and a rule.
std::vector<std::int64_t> requested_widths(const ModelRequest& request, std::vector<std::int64_t> own);

}  // namespace lehr::models
