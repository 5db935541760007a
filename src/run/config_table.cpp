#include "lehr/run/config_table.hpp"

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

std::string with_dashes(std::string_view key) {
  std::string name(key);
  std::ranges::replace(name, '_', '-');
  return name;
}

bool flag_of(const std::string& option, const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  refuse_value(option, "true or false", text);
}

/// Whether the field has its default value.
bool is_default(const TrainConfig& config, const ConfigField& field) {
  static const TrainConfig defaults;
  return field.get(config) == field.get(defaults);
}

template <class T>
T value_as(const ConfigTable& table, const TrainConfig& config, std::string_view key, const char* what) {
  const ConfigValue value = table.field(key).get(config);
  if (const T* found = std::get_if<T>(&value)) return *found;
  throw BadInput("the configuration has no " + std::string(what) + " " + in_quotes(key));
}

struct Texts {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return value; }
  template <class Part>
  std::string operator()(const std::vector<Part>& parts) const {
    std::string joined;
    for (const Part& part : parts) joined += (joined.empty() ? "" : ",") + (*this)(part);
    return joined;
  }
};

}  // namespace

std::string value_text(const ConfigValue& value) { return std::visit(Texts(), value); }

ConfigValue ConfigField::read(const std::string& text) const {
  if (parse) return parse(option(), text);
  switch (type) {
    case FieldType::flag:
      return flag_of(option(), text);
    case FieldType::integer:
      return parse_integer(option(), text, integers);
    case FieldType::seed:
      return parse_seed(option(), text);
    case FieldType::real:
      return parse_real(option(), text, reals);
    case FieldType::integers:
      return parse_integers(option(), text, integers);
    case FieldType::reals:
      return parse_reals(option(), text, reals);
    case FieldType::texts:
      return split_list(text);
    case FieldType::text:
      break;
  }
  return text;
}

void ConfigTable::add(ConfigField field) {
  if (field.key.empty()) throw BadInput("a field of a configuration has no key");
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (!std::ranges::all_of(field.key, fits)) {
    throw BadInput("the key of a field has lower-case letters, digits and '-', found " +
                   in_quotes(field.key));
  }
  if (has(field.key)) throw BadInput("the configuration has a field " + in_quotes(field.key) + " already");
  if (!field.get || !field.set) throw BadInput("the field " + in_quotes(field.key) + " has no accessors");
  fields_.push_back(std::move(field));
}

bool ConfigTable::has(std::string_view key) const {
  return std::ranges::find(fields_, with_dashes(key), &ConfigField::key) != fields_.end();
}

const ConfigField& ConfigTable::field(std::string_view key) const& {
  const auto found = std::ranges::find(fields_, with_dashes(key), &ConfigField::key);
  if (found != fields_.end()) return *found;
  std::vector<std::string> keys;
  for (const ConfigField& one : fields_) keys.push_back(one.key);
  throw unknown_name("key", key, keys);
}

bool ConfigTable::flag(const TrainConfig& config, std::string_view key) const {
  return value_as<bool>(*this, config, key, "flag");
}

std::int64_t ConfigTable::integer(const TrainConfig& config, std::string_view key) const {
  return value_as<std::int64_t>(*this, config, key, "whole number");
}

double ConfigTable::real(const TrainConfig& config, std::string_view key) const {
  return value_as<double>(*this, config, key, "number");
}

std::string ConfigTable::text(const TrainConfig& config, std::string_view key) const {
  if (std::holds_alternative<std::monostate>(field(key).get(config))) return {};
  return value_as<std::string>(*this, config, key, "text");
}

void ConfigTable::give(TrainConfig& config, std::string_view key, const std::string& text) const {
  const ConfigField& one = field(key);
  one.set(config, one.read(text));
  config.given.insert(one.key);
}

bool ConfigTable::is_given(const TrainConfig& config, const ConfigField& field) const {
  return config.given.contains(field.key) || !is_default(config, field);
}

std::vector<std::string> ConfigTable::given_keys(const TrainConfig& config) const {
  std::vector<std::string> keys;
  for (const ConfigField& one : fields_) {
    if (config.given.contains(one.key)) keys.push_back(one.key);
  }
  return keys;
}

void ConfigTable::give_again(TrainConfig& config, const TrainConfig& changes) const {
  for (const std::string& key : given_keys(changes)) {
    const ConfigField& one = field(key);
    one.set(config, one.get(changes));
    config.given.insert(key);
  }
}

void ConfigTable::check_values(const TrainConfig& config) const {
  for (const ConfigField& one : fields_) {
    const ConfigValue value = one.get(config);
    if (!std::holds_alternative<std::monostate>(value)) one.read(value_text(value));
  }
}

void ConfigTable::check_rules(const TrainConfig& config) const {
  for (const ConfigField& one : fields_) {
    if (one.rules.empty() || !is_given(config, one)) continue;
    for (const FieldRule& rule : one.rules) {
      if (!rule.holds(config)) throw BadInput(one.option() + " " + rule.otherwise);
    }
  }
}

}  // namespace lehr
