#include <fmt/format.h>
#include <toml++/toml.h>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "run/file_keys.hpp"
#include "run/toml_values.hpp"

namespace lehr {
namespace {

std::string quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += '\\';
      quoted += character;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\u{:04X}", byte);
    } else {
      quoted += character;
    }
  }
  return quoted + "\"";
}

/// TOML integers are signed 64-bit numbers. A larger number is written as a text.
std::string toml_number(const std::string& number) {
  constexpr std::size_t always_fits = 18;  // digits
  const bool whole = number.find_first_not_of("+-0123456789") == std::string::npos;
  return whole && number.size() > always_fits ? quoted(number) : number;
}

struct TomlTexts {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& text) const { return quoted(text); }
  template <class Part>
  std::string operator()(const std::vector<Part>& parts) const {
    std::string list;
    for (const Part& part : parts) list += (list.empty() ? "" : ", ") + (*this)(part);
    return "[" + list + "]";
  }
  template <class Number>
  std::string operator()(Number number) const {
    return toml_number(value_text(number));
  }
};

/// A line with its line break; empty if the field has no value.
std::string line_of(const ConfigField& field, const TrainConfig& config) {
  const std::string value = std::visit(TomlTexts(), field.get(config));
  return value.empty() ? std::string() : field.key + " = " + value + "\n";
}

}  // namespace

void apply(TrainConfig& config, const std::vector<ConfigSetting>& settings, const ConfigTable& table) {
  for (const ConfigSetting& setting : settings) table.field(setting.key).set(config, setting.value);
}

std::string config_toml(const TrainConfig& config, const ConfigTable& table) {
  std::string text;
  for (const ConfigField& field : table.fields()) {
    if (field.recorded) text += line_of(field, config);
  }
  return text;
}

void check_recordable(const TrainConfig& config, const ConfigTable& table) {
  for (const ConfigField& field : table.fields()) {
    if (!field.recorded) continue;
    try {
      [[maybe_unused]] const toml::table line = toml::parse(line_of(field, config));
    } catch (const toml::parse_error&) {
      throw BadInput(field.option() + " " + in_quotes(value_text(field.get(config))) +
                     ": the run keeps this text in its config.toml, so expected UTF-8, found other bytes");
    }
  }
}

std::map<std::string, std::string> recorded_values(std::string_view record, const ConfigTable& table) {
  std::map<std::string, std::string> values;
  for (const auto& [key, text] : run::toml_texts(record)) {
    const ConfigField* field = run::file_field(table, key);
    try {
      values[field == nullptr ? key : field->key] = field == nullptr ? text : value_text(field->read(text));
    } catch (const BadInput&) {
      values[key] = text;
    }
  }
  if (values.empty()) return values;
  // Before data-seed existed, seed also determined the data.
  if (const auto seed = values.find("seed"); seed != values.end()) {
    values.try_emplace("data-seed", seed->second);
  }
  static const TrainConfig defaults;
  for (const ConfigField& field : table.fields()) {
    const std::string usual = field.recorded ? value_text(field.get(defaults)) : std::string();
    if (!usual.empty()) values.try_emplace(field.key, usual);
  }
  return values;
}

}  // namespace lehr
