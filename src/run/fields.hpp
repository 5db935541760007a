#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lehr/run/config_table.hpp"

/// Adds fields to the table for members of TrainConfig.
namespace lehr::run {

/// The largest value of options that count epochs.
inline constexpr std::int64_t most_epochs = 1'000'000;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

/// The value of a member. An empty list, text or path counts as no value.
template <class T>
ConfigValue value_of(const T& member) {
  if constexpr (IsOptional<T>::value) {
    return member ? ConfigValue(*member) : ConfigValue();
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return member.empty() ? ConfigValue() : ConfigValue(member.string());
  } else if constexpr (IsVector<T>::value || std::is_same_v<T, std::string>) {
    return member.empty() ? ConfigValue() : ConfigValue(member);
  } else {
    return member;
  }
}

template <class T>
void assign(T& member, const ConfigValue& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    member = T();
  } else if constexpr (IsOptional<T>::value) {
    member = std::get<typename T::value_type>(value);
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    member = std::get<std::string>(value);
  } else {
    member = std::get<T>(value);
  }
}

template <class T>
constexpr FieldType type_of() {
  if constexpr (IsOptional<T>::value) {
    return type_of<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return FieldType::flag;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return FieldType::integer;
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return FieldType::seed;
  } else if constexpr (std::is_same_v<T, double>) {
    return FieldType::real;
  } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
    return FieldType::integers;
  } else if constexpr (std::is_same_v<T, std::vector<double>>) {
    return FieldType::reals;
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return FieldType::texts;
  } else {
    static_assert(std::is_same_v<T, std::string> || std::is_same_v<T, std::filesystem::path>);
    return FieldType::text;
  }
}

/// Adds fields to a table, all under one heading.
class Rows {
 public:
  Rows(ConfigTable& table, std::string group) : table_(table), group_(std::move(group)) {}
  /// Sets ConfigField::of_learner for the following fields.
  void of_learner(bool value) { of_learner_ = value; }

  /// Adds a field for a member. `more` sets the remaining properties.
  template <class T, std::invocable<ConfigField&> More>
  void add(std::string key, T TrainConfig::*member, std::string help, const More& more) {
    ConfigField field = row(std::move(key), type_of<T>(), std::move(help));
    field.get = [member](const TrainConfig& config) { return value_of(config.*member); };
    field.set = [member](TrainConfig& config, const ConfigValue& value) { assign(config.*member, value); };
    more(field);
    table_.add(std::move(field));
  }
  template <class T>
  void add(std::string key, T TrainConfig::*member, std::string help) {
    add(std::move(key), member, std::move(help), [](ConfigField&) {});
  }

  /// Adds a flag that turns a member off: "no-save".
  template <std::invocable<ConfigField&> More>
  void add_negation(std::string key, bool TrainConfig::*member, std::string help, const More& more) {
    ConfigField field = row(std::move(key), FieldType::flag, std::move(help));
    field.get = [member](const TrainConfig& config) { return ConfigValue(!(config.*member)); };
    field.set = [member](TrainConfig& config, const ConfigValue& value) {
      config.*member = !std::get<bool>(value);
    };
    more(field);
    table_.add(std::move(field));
  }

  /// Adds a field with its own accessors, which `more` sets.
  template <std::invocable<ConfigField&> More>
  void add_own(std::string key, FieldType type, std::string help, const More& more) {
    ConfigField field = row(std::move(key), type, std::move(help));
    more(field);
    table_.add(std::move(field));
  }

 private:
  ConfigField row(std::string key, FieldType type, std::string help) const;

  ConfigTable& table_;
  std::string group_;
  bool of_learner_ = false;
};

/// What the help shows for a value of this type: "N", "X", "N,...".
std::string usual_value_name(FieldType type);
/// "a, b, c"
std::string list_of(const std::vector<std::string>& names);

/// Makes the field a file or folder, which may not be empty: "--csv needs a file name".
void names_path(ConfigField& field, const std::string& what);
/// Adds the rule that the field has no effect without another one.
void needs(ConfigField& field, std::string what, std::function<bool(const TrainConfig&)> holds);
void contradicts(ConfigField& field, std::string what, std::function<bool(const TrainConfig&)> holds);
void needs_saving(ConfigField& field);

void add_data_fields(ConfigTable& table);
void add_network_fields(ConfigTable& table);
void add_recipe_fields(ConfigTable& table);
void add_callback_fields(ConfigTable& table);
void add_statistics_fields(ConfigTable& table);
void add_execution_fields(ConfigTable& table);
void add_run_fields(ConfigTable& table);

}  // namespace lehr::run
