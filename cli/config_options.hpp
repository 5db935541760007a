#pragma once

#include <string_view>

#include "command.hpp"
#include "lehr/run/config_table.hpp"

/// Options of commands that are fields of a training's configuration.
namespace lehr::cli {

/// The fields that all commands share.
const ConfigTable& shared_fields();

/// Adds the option of a field. It writes to `config`, whose present value is the default in the help. Both
/// must outlive the command. --threads takes effect at once.
Option add_field(const Command& command, const ConfigTable& table, std::string_view key, TrainConfig& config);
/// The same of all fields, under their headings.
void add_fields(const Command& command, const ConfigTable& table, TrainConfig& config);
/// The same of the fields under one heading.
void add_group(const Command& command, const ConfigTable& table, std::string_view group, TrainConfig& config);
/// The same of the fields that decide what a Learner is made of.
void add_learner_fields(const Command& command, const ConfigTable& table, TrainConfig& config);

}  // namespace lehr::cli
