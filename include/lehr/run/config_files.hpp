#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/run/config_table.hpp"

/// Configurations as TOML and JSON. A key is that of the table, with dashes or underscores.
namespace lehr {

struct ConfigSetting {
  std::string key;
  ConfigValue value;
};

/// The settings of a TOML text, in its order. `source` names it in messages. Throws BadInput with source,
/// line, column, key, what was expected and what was found.
std::vector<ConfigSetting> read_toml(std::string_view toml, const std::string& source,
                                     const ConfigTable& table);
/// The same of a file of at most 1 MB.
std::vector<ConfigSetting> read_toml_file(const std::filesystem::path& file, const ConfigTable& table);
/// Sets the fields. What a file sets counts as given only if it is not the default, because a run's
/// config.toml lists every field.
void apply(TrainConfig& config, const std::vector<ConfigSetting>& settings, const ConfigTable& table);

/// The recorded fields that have a value, one on each line; read_toml gives the same back.
std::string config_toml(const TrainConfig& config, const ConfigTable& table);
/// Throws BadInput that names the first recorded field whose text is not UTF-8: it cannot be in TOML.
void check_recordable(const TrainConfig& config, const ConfigTable& table);

/// The recorded fields that have a value, as a JSON object.
std::string config_json(const TrainConfig& config, const ConfigTable& table);
/// The settings of a JSON object. Throws BadInput as read_toml does, with the key in place of line and
/// column.
std::vector<ConfigSetting> read_json(std::string_view json, const std::string& source,
                                     const ConfigTable& table);

/// What a run recorded (RunInfo::config), by key, as value_text. Fields that the record lacks have their
/// default. Keys that the table lacks and values that it refuses stay as they are written: the run may be of
/// another version or application. Empty if the record is no TOML.
std::map<std::string, std::string> recorded_values(std::string_view record, const ConfigTable& table);

/// The configuration of a run, from the config.toml in its folder. Throws BadInput as read_toml_file does.
TrainConfig config_of_run(const std::filesystem::path& folder, const ConfigTable& table);
/// The configuration with which a run goes on: its own, with what `changes` gives. Throws BadInput if
/// `changes` gives a field that must stay as it is.
TrainConfig resumed_config(const std::filesystem::path& folder, const TrainConfig& changes,
                           const ConfigTable& table);
/// Throws BadInput with every recorded field that must stay equal and does not.
void check_same_training(const TrainConfig& run, const TrainConfig& present, const ConfigTable& table);

}  // namespace lehr
