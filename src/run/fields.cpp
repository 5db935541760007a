#include "run/fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lehr {
namespace run {

std::string usual_value_name(FieldType type) {
  switch (type) {
    case FieldType::flag:
      return "";
    case FieldType::integer:
    case FieldType::seed:
      return "N";
    case FieldType::real:
      return "X";
    case FieldType::text:
      return "TEXT";
    case FieldType::integers:
      return "N,...";
    case FieldType::reals:
      return "X,...";
    case FieldType::texts:
      return "NAME,...";
  }
  return "";
}

std::string list_of(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

ConfigField Rows::row(std::string key, FieldType type, std::string help) const {
  ConfigField field;
  field.key = std::move(key);
  field.type = type;
  field.group = group_;
  field.help = std::move(help);
  field.value_name = usual_value_name(type);
  field.of_learner = of_learner_;
  return field;
}

void names_path(ConfigField& field, const std::string& what) {
  field.value_name = what == "a folder name" ? "DIR" : "FILE";
  field.parse = [what](const std::string& option, const std::string& text) {
    return parse_name(option, text, what);
  };
}

void needs(ConfigField& field, std::string what, std::function<bool(const TrainConfig&)> holds) {
  field.rules.push_back({std::move(holds), "needs " + what});
}

void contradicts(ConfigField& field, std::string what, std::function<bool(const TrainConfig&)> holds) {
  field.rules.push_back({std::move(holds), "contradicts " + what});
}

void needs_saving(ConfigField& field) {
  contradicts(field, "--no-save", [](const TrainConfig& config) { return config.save; });
}

}  // namespace run

ConfigField own_field(std::string key, FieldType type, std::string help, ConfigValue fallback) {
  if (type == FieldType::flag && std::holds_alternative<std::monostate>(fallback)) fallback = false;
  ConfigField field;
  field.key = key;
  field.type = type;
  field.help = std::move(help);
  field.value_name = run::usual_value_name(type);
  field.get = [key, fallback = std::move(fallback)](const TrainConfig& config) {
    const auto found = config.own.find(key);
    return found == config.own.end() ? fallback : found->second;
  };
  field.set = [key = std::move(key)](TrainConfig& config, const ConfigValue& value) {
    config.own[key] = value;
  };
  return field;
}

ConfigTable train_config_table() {
  ConfigTable table;
  run::add_data_fields(table);
  run::add_network_fields(table);
  run::add_recipe_fields(table);
  run::add_callback_fields(table);
  run::add_statistics_fields(table);
  run::add_execution_fields(table);
  run::add_run_fields(table);
  return table;
}

}  // namespace lehr
