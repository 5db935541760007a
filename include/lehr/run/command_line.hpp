#pragma once

#include <span>
#include <string>
#include <vector>

#include "lehr/run/config_table.hpp"

/// A command line of the fields of a table, for programs without a parser of their own.
namespace lehr {

/// Gives the fields that arguments name: "--epochs", "3", "--batch-norm", "--lr=0.01". Returns the arguments
/// that are no options, in order. Throws BadInput that names the option: unknown, without a value, or with
/// one that it does not take.
std::vector<std::string> give_arguments(TrainConfig& config, std::span<const std::string> arguments,
                                        const ConfigTable& table);

/// The options under their headings, with values, defaults and help.
std::string options_help(const ConfigTable& table);

}  // namespace lehr
