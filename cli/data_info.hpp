#pragma once

#include "commands.hpp"

namespace lehr::cli {

/// Adds `lehr data info` to the group `data`.
void add_data_info(Commands& registry, Command& group);

}  // namespace lehr::cli
