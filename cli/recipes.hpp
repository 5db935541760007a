#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lehr::cli {

/// The TOML of a recipe that ships. Throws BadInput with the names that there are.
std::string_view recipe_text(std::string_view name);
std::vector<std::string> recipe_names();

struct Recipe {
  const char* name;
  const char* text;
};
/// Written by the build from the files of recipes/.
const std::vector<Recipe>& all_recipes();

}  // namespace lehr::cli
