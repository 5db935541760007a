#pragma once

#include <string>
#include <string_view>

#include "lehr/run/config_table.hpp"

/// The options of `lehr train`: the fields of a training, and the command's own options.
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

/// The recipe that a command line means without naming one (usual_recipe). --config says all that it wants,
/// so it is "none" with that, too.
std::string default_recipe(const TrainConfig& line, const ConfigTable& table);

/// The configuration that a command line means: the recipe (or the default one), then the file of --config,
/// then the options of the line. Later values override earlier ones. With --resume, it is the run's own
/// configuration. Throws BadInput if one of these is wrong, and for options that would change a
/// resumed training.
TrainConfig full_config(const TrainConfig& line, const ConfigTable& table);

}  // namespace lehr::cli
