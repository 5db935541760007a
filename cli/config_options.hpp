#pragma once

#include <string_view>

#include "command.hpp"
#include "lehr/run/config_table.hpp"

/// Options of commands that are fields of a training's configuration.
namespace lehr::cli {

/// The fields that all commands share.
const ConfigTable& shared_fields();

/// Adds the option of a field. It writes to `config`, whose current value is the default in the
/// help. `table` and `config` must outlive the command. --threads takes effect immediately.
Option add_field(const Command& command, const ConfigTable& table, std::string_view key, TrainConfig& config);
/// Adds all fields, under their headings.
void add_fields(const Command& command, const ConfigTable& table, TrainConfig& config);
/// Adds the fields under one heading.
void add_group(const Command& command, const ConfigTable& table, std::string_view group, TrainConfig& config);
/// Adds the fields that define a Learner.
void add_learner_fields(const Command& command, const ConfigTable& table, TrainConfig& config);

}  // namespace lehr::cli
