#pragma once

#include <span>
#include <string>
#include <vector>

#include "lehr/run/config_table.hpp"

/// A command line for the fields of a table, for programs without their own parser.
namespace lehr {

/// Sets the fields that the arguments name: "--epochs", "3", "--batch-norm", "--lr=0.01". Returns
/// the arguments that are not options, in order. Throws BadInput with the option if it is unknown,
/// has no value, or has a value that it does not take.
std::vector<std::string> give_arguments(TrainConfig& config, std::span<const std::string> arguments,
                                        const ConfigTable& table);

/// The options under their headings, with values, defaults and help.
std::string options_help(const ConfigTable& table);

}  // namespace lehr
