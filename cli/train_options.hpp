#pragma once

#include <string_view>

#include "lehr/run/config_table.hpp"

/// The options of `lehr train`: the fields of a training, and those of the command alone.
namespace lehr::cli {

/// Keys of the command's own options.
namespace own {
inline constexpr std::string_view config = "config";
inline constexpr std::string_view recipe = "recipe";
inline constexpr std::string_view verify = "verify";
inline constexpr std::string_view trace_events = "trace-events";
inline constexpr std::string_view json = "json";
inline constexpr std::string_view quiet = "quiet";
}  // namespace own

ConfigTable train_options();

/// The configuration that a command line means. A recipe comes first, then the file that --config names, then
/// the options of the line. With --resume it is the run's own configuration. Throws BadInput if one of these
/// is wrong, and for options beside --resume that would change the training.
TrainConfig full_config(const TrainConfig& line, const ConfigTable& table);

}  // namespace lehr::cli
