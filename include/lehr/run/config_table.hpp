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

/// How a resumed run treats a field.
enum class OnResume {
  equal,    ///< keeps the run's value; another value is rejected
  replace,  ///< may be given, and the run records the new value: where its files are now
  free,     ///< may be given, for this resume only
};

/// A condition that must hold if a field is given.
struct FieldRule {
  std::function<bool(const TrainConfig&)> holds;
  std::string otherwise;  ///< follows the option in the message: "needs --stats"
};

/// One field of a configuration. It is an option of the command line, a key in TOML and JSON, a
/// line in a run's config.toml and a row of `lehr runs compare`.
struct ConfigField {
  std::string key;  ///< "batch-size"
  FieldType type = FieldType::text;
  std::string group{};       ///< the heading in the help; empty: none
  std::string help{};        ///< one line
  std::string value_name{};  ///< what the help shows for the value: "N"
  std::string unit{};        ///< "epochs"; empty for a number without a unit
  IntegerRange integers{};   ///< of an integer, or of each one in a list
  RealRange reals{};         ///< of a real number, or of each one in a list
  /// The names that the field takes. Called each time, so that it includes names registered later.
  /// Empty: any text.
  std::function<std::vector<std::string>()> choices{};

  /// The field decides data, network, loss, optimizer or initial weights. `lehr find-lr` takes it
  /// too.
  bool of_learner = false;
  bool in_files = true;  ///< may be in a file of options
  bool recorded = true;  ///< runs record it in config.toml and in the store
  OnResume on_resume = OnResume::equal;
  std::vector<FieldRule> rules{};

  /// Reads and checks a value. Throws BadInput with the option. Empty: checks type and range.
  std::function<ConfigValue(const std::string& option, const std::string& text)> parse{};
  /// The text with absolute paths, so that it means the same from every folder. Empty: the field
  /// has no path.
  std::function<std::string(const std::string& text)> absolute{};
  std::function<ConfigValue(const TrainConfig& config)> get{};
  std::function<void(TrainConfig& config, const ConfigValue& value)> set{};

  /// "--batch-size"
  std::string option() const { return "--" + key; }
  /// Reads a value with `parse`, or by type if `parse` is empty.
  ConfigValue read(const std::string& text) const;
};

/// A field of an application. Its value is in TrainConfig::own. Its default is `fallback`; if that
/// is not given, a flag is false, and any other field has no value.
ConfigField own_field(std::string key, FieldType type, std::string help, ConfigValue fallback = {});

/// A value as users type it: "0.01", "8,16,32", "true"; "" if there is no value.
std::string value_text(const ConfigValue& value);

/// The fields of a configuration, in the order of the help.
class ConfigTable {
 public:
  /// Throws BadInput if the key is taken or empty, or if the field has no accessors.
  void add(ConfigField field);

  std::span<const ConfigField> fields() const& { return fields_; }
  std::span<const ConfigField> fields() const&& = delete;  // would dangle
  bool has(std::string_view key) const;
  /// The key may have underscores instead of dashes. Throws BadInput with the nearest key.
  const ConfigField& field(std::string_view key) const&;
  const ConfigField& field(std::string_view key) const&& = delete;

  // The value of a field, for fields of an application. All throw BadInput if there is no such
  // field or its value has another type. A text without a value is empty.
  bool flag(const TrainConfig& config, std::string_view key) const;
  std::int64_t integer(const TrainConfig& config, std::string_view key) const;
  double real(const TrainConfig& config, std::string_view key) const;
  std::string text(const TrainConfig& config, std::string_view key) const;

  /// Sets a field and marks it as given.
  void give(TrainConfig& config, std::string_view key, const std::string& text) const;
  /// Whether the field was given: explicitly, or with a value other than the default.
  bool is_given(const TrainConfig& config, const ConfigField& field) const;
  /// The keys that were given explicitly, in the order of the fields.
  std::vector<std::string> given_keys(const TrainConfig& config) const;
  /// Copies to `config` what was given explicitly in `changes`.
  void give_again(TrainConfig& config, const TrainConfig& changes) const;

  /// Throws BadInput if a value is out of range or a name does not exist. For programs that assign
  /// fields.
  void check_values(const TrainConfig& config) const;
  /// Throws BadInput if a given field would have no effect or contradicts another one.
  void check_rules(const TrainConfig& config) const;

 private:
  std::vector<ConfigField> fields_;
};

/// The fields of TrainConfig. An application adds its own fields.
ConfigTable train_config_table();

}  // namespace lehr
