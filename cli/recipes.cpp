#include "recipes.hpp"

#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/run/config_files.hpp"

namespace lehr::cli {
namespace {

constexpr const char* photo_recipe = "photos";

/// Whether the data are pictures in files of their own.
bool has_picture_files(const std::string& data) {
  return data.starts_with("folder:") || data.starts_with("csv:");
}

}  // namespace

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const Recipe& recipe : all_recipes()) names.emplace_back(recipe.name);
  return names;
}

std::string_view recipe_text(std::string_view name) {
  for (const Recipe& recipe : all_recipes()) {
    if (recipe.name == name) return recipe.text;
  }
  std::vector<std::string> valid = recipe_names();
  valid.emplace_back(no_recipe);
  throw unknown_name("recipe", name, valid);
}

std::string recipe_help() {
  std::string names;
  for (const std::string& name : recipe_names()) names += name + ", ";
  return "built-in set of options: " + names + no_recipe + "; others win (default: " + photo_recipe +
         " for folder: and csv:, unless --model is given)";
}

std::string usual_recipe(const TrainConfig& line) {
  return has_picture_files(line.data) && !line.given.contains("model") ? photo_recipe : no_recipe;
}

TrainConfig on_recipe(const TrainConfig& line, std::string name, const ConfigTable& table) {
  if (name.empty()) name = usual_recipe(line);
  TrainConfig config;
  if (name != no_recipe) apply(config, read_toml(recipe_text(name), "recipe " + name, table), table);
  table.give_again(config, line);
  return config;
}

}  // namespace lehr::cli
