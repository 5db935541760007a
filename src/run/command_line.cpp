#include "lehr/run/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

const ConfigField& field_of(const std::string& option, const ConfigTable& table) {
  std::vector<std::string> options;
  for (const ConfigField& field : table.fields()) {
    if (field.option() == option) return field;
    options.push_back(field.option());
  }
  const std::string nearest = nearest_name(option, options);
  throw BadInput("unknown option " + printable(option, 80) +
                 (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

/// "--epochs N=5"
std::string usage_of(const ConfigField& field) {
  static const TrainConfig defaults;
  if (field.type == FieldType::flag) return field.option();
  const std::string usual = value_text(field.get(defaults));
  return field.option() + " " + field.value_name + (usual.empty() ? "" : "=" + usual);
}

}  // namespace

std::vector<std::string> give_arguments(TrainConfig& config, std::span<const std::string> arguments,
                                        const ConfigTable& table) {
  std::vector<std::string> others;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (!argument.starts_with("--")) {
      others.push_back(argument);
      continue;
    }
    const std::size_t equals = argument.find('=');
    const ConfigField& field = field_of(argument.substr(0, equals), table);
    if (field.type == FieldType::flag) {
      if (equals != std::string::npos) throw BadInput(field.option() + " takes no value");
      table.give(config, field.key, "true");
    } else if (equals != std::string::npos) {
      table.give(config, field.key, argument.substr(equals + 1));
    } else if (i + 1 < arguments.size()) {
      table.give(config, field.key, arguments[++i]);
    } else {
      throw BadInput(field.option() + " needs a value");
    }
  }
  return others;
}

std::string options_help(const ConfigTable& table) {
  std::vector<std::string> groups;
  for (const ConfigField& field : table.fields()) {
    if (std::ranges::find(groups, field.group) == groups.end()) groups.push_back(field.group);
  }
  std::string text;
  for (const std::string& group : groups) {
    text += (text.empty() ? "" : "\n") + (group.empty() ? "Options" : group) + ":\n";
    for (const ConfigField& field : table.fields()) {
      if (field.group == group) text += fmt::format("  {:<27} {}\n", usage_of(field), field.help);
    }
  }
  return text;
}

}  // namespace lehr
