#include "recipes.hpp"

#include "lehr/core/error.hpp"

namespace lehr::cli {

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const Recipe& recipe : all_recipes()) names.emplace_back(recipe.name);
  return names;
}

std::string_view recipe_text(std::string_view name) {
  for (const Recipe& recipe : all_recipes()) {
    if (recipe.name == name) return recipe.text;
  }
  throw unknown_name("recipe", name, recipe_names());
}

}  // namespace lehr::cli
