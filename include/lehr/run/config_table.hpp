#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/run/option_text.hpp"
#include "lehr/run/train_config.hpp"

namespace lehr {

enum class FieldType { flag, integer, seed, real, text, integers, reals, texts };

/// What a resumed run does with a field.
enum class OnResume {
  equal,    ///< keeps the run's own value; another one is refused
  replace,  ///< may be given, and the run keeps the new value: where its files are now
  free,     ///< may be given, for this resume alone
};

/// What must hold if a field is given.
struct FieldRule {
  std::function<bool(const TrainConfig&)> holds;
  std::string otherwise;  ///< follows the option in the message: "needs --stats"
};

/// One field of a configuration: an option of the command line, a key of TOML and JSON, a line of a run's
/// config.toml and a row of `lehr runs compare`.
struct ConfigField {
  std::string key;  ///< "batch-size"
  FieldType type = FieldType::text;
  std::string group{};       ///< the heading in the help; empty: none
  std::string help{};        ///< one line
  std::string value_name{};  ///< what the help shows for the value: "N"
  std::string unit{};        ///< "epochs"; empty for a number without a unit
  IntegerRange integers{};   ///< of an integer, or of each in a list
  RealRange reals{};         ///< of a real number, or of each in a list
  /// The names that it takes; asked each time, so that it knows what was registered since. Empty: any text.
  std::function<std::vector<std::string>()> choices{};

  /// It decides data, network, loss, optimizer or first weights: `lehr find-lr` takes it, too.
  bool of_learner = false;
  bool in_files = true;  ///< may stand in a file of options
  bool recorded = true;  ///< a run keeps it in its config.toml and its record
  OnResume on_resume = OnResume::equal;
  std::vector<FieldRule> rules{};

  /// Reads a value, checked. Throws BadInput that names the option. Empty: by type and range.
  std::function<ConfigValue(const std::string& option, const std::string& text)> parse{};
  /// The text with absolute paths, so that it means the same from every folder. Empty: it holds no path.
  std::function<std::string(const std::string& text)> absolute{};
  std::function<ConfigValue(const TrainConfig& config)> get{};
  std::function<void(TrainConfig& config, const ConfigValue& value)> set{};

  /// "--batch-size"
  std::string option() const { return "--" + key; }
  /// As `parse`, by type where that is empty.
  ConfigValue read(const std::string& text) const;
};

/// A field of an application, whose value is in TrainConfig::own. The default is Nothing, or the given one.
ConfigField own_field(std::string key, FieldType type, std::string help, ConfigValue fallback = {});

/// A value as people type it: "0.01", "8,16,32", "true"; "" for Nothing.
std::string value_text(const ConfigValue& value);

/// The fields of a configuration, in the order of the help.
class ConfigTable {
 public:
  /// Throws BadInput if the key is taken or empty, or the field has no accessors.
  void add(ConfigField field);

  std::span<const ConfigField> fields() const& { return fields_; }
  std::span<const ConfigField> fields() const&& = delete;  // they would go with the table
  bool has(std::string_view key) const;
  /// Underscores in the key are as good as dashes. Throws BadInput with the nearest key.
  const ConfigField& field(std::string_view key) const&;
  const ConfigField& field(std::string_view key) const&& = delete;

  // The value of a field, for fields of an application. All throw BadInput if there is no such field, or it
  // has no value of that type. A text without a value is empty.
  bool flag(const TrainConfig& config, std::string_view key) const;
  std::int64_t integer(const TrainConfig& config, std::string_view key) const;
  double real(const TrainConfig& config, std::string_view key) const;
  std::string text(const TrainConfig& config, std::string_view key) const;

  /// Sets a field, and remembers that it was given.
  void give(TrainConfig& config, std::string_view key, const std::string& text) const;
  /// Whether somebody gave the field: explicitly, or with another value than the default.
  bool is_given(const TrainConfig& config, const ConfigField& field) const;
  /// The keys that were given explicitly, in the order of the fields.
  std::vector<std::string> given_keys(const TrainConfig& config) const;
  /// Sets in `config` what was given explicitly in `changes`.
  void give_again(TrainConfig& config, const TrainConfig& changes) const;

  /// Throws BadInput for a value out of range or a name that there is not. For programs that assigned fields.
  void check_values(const TrainConfig& config) const;
  /// Throws BadInput for a given field that would have no effect, or contradicts another one.
  void check_rules(const TrainConfig& config) const;

 private:
  std::vector<ConfigField> fields_;
};

/// The fields of TrainConfig. An application adds its own.
ConfigTable train_config_table();

}  // namespace lehr
