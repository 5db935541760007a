#include "config_options.hpp"

#include "lehr/core/parallel.hpp"

namespace lehr::cli {
namespace {

Option add_field(const Command& command, const ConfigTable& table, const ConfigField& field,
                 TrainConfig& config) {
  const auto give = [&table, &config, key = field.key](const std::string& text) {
    table.give(config, key, text);
    if (key == "threads" && config.threads) set_threads(static_cast<int>(*config.threads));
  };
  if (field.type == FieldType::flag) {
    return command.flag(
        field.option(), [give] { give("true"); }, field.help);
  }
  const Option option = command.option(field.option(), give, field.help).type_name(field.value_name);
  const std::string usual = value_text(field.get(config));
  return usual.empty() ? option : option.default_str(usual);
}

void add_if(const Command& command, const ConfigTable& table, TrainConfig& config,
            const std::function<bool(const ConfigField&)>& wanted) {
  for (const ConfigField& field : table.fields()) {
    if (!wanted(field)) continue;
    const Option option = add_field(command, table, field, config);
    if (!field.group.empty()) option.group(field.group);
  }
}

}  // namespace

const ConfigTable& shared_fields() {
  static const ConfigTable table = train_config_table();
  return table;
}

Option add_field(const Command& command, const ConfigTable& table, std::string_view key,
                 TrainConfig& config) {
  return add_field(command, table, table.field(key), config);
}

void add_fields(const Command& command, const ConfigTable& table, TrainConfig& config) {
  add_if(command, table, config, [](const ConfigField&) { return true; });
}

void add_group(const Command& command, const ConfigTable& table, std::string_view group,
               TrainConfig& config) {
  add_if(command, table, config, [&](const ConfigField& field) { return field.group == group; });
}

void add_learner_fields(const Command& command, const ConfigTable& table, TrainConfig& config) {
  add_if(command, table, config, [](const ConfigField& field) { return field.of_learner; });
}

}  // namespace lehr::cli
