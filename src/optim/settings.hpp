#pragma once

#include <string_view>

#include "lehr/optim/optimizer_spec.hpp"

namespace lehr::optim {

/// Throws BadInput if a setting is out of range. The message names the setting, the expected range
/// and the value.
void check_settings(const OptimizerSpec& spec);

/// Whether the type of an UpdateSpec is one of lehr's own rules.
bool is_built_in(std::string_view type);

/// Throws BadInput unless `holds`. The message says that `setting` must be `expected`.
void require(bool holds, std::string_view setting, std::string_view expected, double found);

}  // namespace lehr::optim
