#pragma once

#include "commands.hpp"

namespace lehr::cli {

/// Adds `lehr data show` to the group `data`.
void add_data_show(Commands& registry, Command& group);

}  // namespace lehr::cli
