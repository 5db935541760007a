#pragma once

#include <string_view>

#include "lehr/optim/optimizer_spec.hpp"

namespace lehr::optim {

/// Throws BadInput naming the setting that is out of its range, what was expected and what was found.
void check_settings(const OptimizerSpec& spec);

/// Whether the type of an UpdateSpec is one of lehr's own rules.
bool is_built_in(std::string_view type);

/// Throws BadInput unless expected (said in `expected`) holds of the value.
void require(bool holds, std::string_view setting, std::string_view expected, double found);

}  // namespace lehr::optim
