#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/run/config_table.hpp"

/// Configurations as TOML and JSON. Keys are those of the table, with dashes or underscores.
namespace lehr {

struct ConfigSetting {
  std::string key;
  ConfigValue value;
};

/// The settings of a TOML text, in its order. `source` is the name of the text in messages. Throws
/// BadInput with source, line, column, key, what was expected and what was found.
std::vector<ConfigSetting> read_toml(std::string_view toml, const std::string& source,
                                     const ConfigTable& table);
/// The settings of a TOML file of at most 1 MB.
std::vector<ConfigSetting> read_toml_file(const std::filesystem::path& file, const ConfigTable& table);
/// Sets the fields. A setting from a file counts as given only if it is not the default, because a
/// run's config.toml lists every field.
void apply(TrainConfig& config, const std::vector<ConfigSetting>& settings, const ConfigTable& table);

/// The recorded fields that have a value, one per line. read_toml returns the same settings.
std::string config_toml(const TrainConfig& config, const ConfigTable& table);
/// Throws BadInput with the first recorded field whose text is not UTF-8, because TOML cannot
/// contain it.
void check_recordable(const TrainConfig& config, const ConfigTable& table);

/// The recorded fields that have a value, as a JSON object.
std::string config_json(const TrainConfig& config, const ConfigTable& table);
/// The settings of a JSON object. Throws BadInput like read_toml, with the key instead of line and
/// column.
std::vector<ConfigSetting> read_json(std::string_view json, const std::string& source,
                                     const ConfigTable& table);

/// The values that a run recorded (RunInfo::config), by key, in the form of value_text. Fields that
/// the record lacks have their default. Keys that are not in the table and values that it rejects
/// stay as they are in the record, because the run may be from another version or application.
/// Empty if the record is not TOML.
std::map<std::string, std::string> recorded_values(std::string_view record, const ConfigTable& table);

/// The configuration of a run, from the config.toml in its folder. Throws BadInput like
/// read_toml_file.
TrainConfig config_of_run(const std::filesystem::path& folder, const ConfigTable& table);
/// The configuration with which a run continues: its own, with the values given in `changes`.
/// Throws BadInput if `changes` gives a field that must not change.
TrainConfig resumed_config(const std::filesystem::path& folder, const TrainConfig& changes,
                           const ConfigTable& table);
/// Throws BadInput with all recorded fields that must be equal but are not.
void check_same_training(const TrainConfig& run, const TrainConfig& present, const ConfigTable& table);

}  // namespace lehr
