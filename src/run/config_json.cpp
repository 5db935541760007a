#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "run/file_keys.hpp"

namespace lehr {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ConfigValue& value) {
  return std::visit(
      [](const auto& one) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, std::monostate>) {
          return {};
        } else {
          return one;
        }
      },
      value);
}

/// A text, a number or a flag as text; nothing for other types.
std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_float()) return number_text(value.get<double>());
  if (value.is_number()) return value.dump();
  return std::nullopt;
}

std::optional<std::string> text_of(const Json& value, const ConfigField& field) {
  if (!value.is_array() || !run::takes_list(field)) return scalar_text(value);
  std::string joined;
  for (const Json& item : value) {
    const std::optional<std::string> text = scalar_text(item);
    if (!text) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + *text;
  }
  return joined;
}

ConfigSetting setting(const std::string& key, const Json& value, const std::string& source,
                      const ConfigTable& table) {
  const ConfigField* field = run::file_field(table, key);
  if (field == nullptr) {
    throw BadInput(source + ": " + unknown_name("key", key, run::file_keys(table)).what());
  }
  const std::optional<std::string> text = text_of(value, *field);
  if (!text) throw BadInput(source + ": " + field->key + " expects a value, found " + value.type_name());
  try {
    return {field->key, field->read(*text)};
  } catch (const BadInput& error) {
    throw BadInput(source + ": " + error.what());
  }
}

}  // namespace

std::string config_json(const TrainConfig& config, const ConfigTable& table) {
  Json object = Json::object();
  for (const ConfigField& field : table.fields()) {
    const ConfigValue value = field.get(config);
    if (field.recorded && !std::holds_alternative<std::monostate>(value)) object[field.key] = json_of(value);
  }
  return object.dump();
}

std::vector<ConfigSetting> read_json(std::string_view json, const std::string& source,
                                     const ConfigTable& table) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) throw BadInput(source + ": expected a JSON object of options");
  std::vector<ConfigSetting> settings;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_null()) settings.push_back(setting(key, value, source, table));
  }
  return settings;
}

}  // namespace lehr
