#include "train_options.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/run_files.hpp"
#include "recipes.hpp"
#include "resume.hpp"
#include "run_names.hpp"

namespace lehr::cli {
namespace {

/// An option of the command alone: runs do not record it, and it is allowed with --resume.
ConfigField own_option(std::string_view key, FieldType type, std::string group, std::string help) {
  ConfigField field = own_field(std::string(key), type, std::move(help));
  field.group = std::move(group);
  field.recorded = false;
  field.on_resume = OnResume::free;
  return field;
}

/// "--config needs a file name"
void needs_name(ConfigField& field, const std::string& value_name, const std::string& what) {
  field.value_name = value_name;
  field.parse = [what](const std::string& option, const std::string& text) {
    return parse_name(option, text, what);
  };
}

void add_sources(ConfigTable& table) {
  const std::string group = "Options from elsewhere";
  ConfigField config = own_option(own::config, FieldType::text, group,
                                  "TOML file of options; options on the command line override it");
  needs_name(config, "FILE", "a file name");
  config.in_files = false;
  config.on_resume = OnResume::equal;
  table.add(std::move(config));
  ConfigField recipe = own_option(own::recipe, FieldType::text, group, recipe_help());
  needs_name(recipe, "NAME", "the name of a recipe");
  recipe.on_resume = OnResume::equal;
  table.add(std::move(recipe));
  ConfigField verify =
      own_option(own::verify, FieldType::flag, group,
                 "with --resume: repeat the training between the run's last two checkpoints and compare the "
                 "bits");
  verify.in_files = false;
  table.add(std::move(verify));
}

using Settings = std::vector<ConfigSetting>;

std::string recipe_in(const Settings& settings) {
  const auto found = std::ranges::find(settings, own::recipe, &ConfigSetting::key);
  return found == settings.end() ? std::string() : value_text(found->value);
}

TrainConfig new_config(const TrainConfig& line, const ConfigTable& table) {
  Settings file;
  if (const std::string name = table.text(line, own::config); !name.empty())
    file = read_toml_file(name, table);
  const std::string of_line = table.text(line, own::recipe);
  std::string recipe = of_line.empty() ? recipe_in(file) : of_line;
  if (recipe.empty()) recipe = default_recipe(line, table);
  TrainConfig config = on_recipe({}, recipe, table);
  apply(config, file, table);
  // The config.toml of a study's run repeats the run, but the repetition is not part of the study.
  config.study.clear();
  config.variant.clear();
  table.give_again(config, line);
  find_weights(config);
  return config;
}

TrainConfig config_to_resume(const TrainConfig& line, const ConfigTable& table) {
  const std::filesystem::path runs = line.out;
  const std::filesystem::path place = place_to_resume(line.resume.string(), runs);
  TrainConfig config = resumed_config(resume_point(place).folder, line, table);
  config.resume = place;  // resolves "latest" only once
  return config;
}

}  // namespace

ConfigTable train_options() {
  ConfigTable table = train_config_table();
  add_sources(table);
  table.add(own_option(own::trace_events, FieldType::flag, "Output", "print each event when it fires"));
  table.add(
      own_option(own::json, FieldType::flag, "Output", "print JSON on stdout, one object on each line"));
  table.add(own_option(own::quiet, FieldType::flag, "Output", "print no progress and no table on stderr"));
  return table;
}

std::string default_recipe(const TrainConfig& line, const ConfigTable& table) {
  const bool chosen = !table.text(line, own::recipe).empty() || !table.text(line, own::config).empty();
  return chosen || line.given.contains("resume") ? no_recipe : usual_recipe(line);
}

TrainConfig full_config(const TrainConfig& line, const ConfigTable& table) {
  return line.given.contains("resume") ? config_to_resume(line, table) : new_config(line, table);
}

}  // namespace lehr::cli
