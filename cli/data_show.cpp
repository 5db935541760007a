#include "data_show.hpp"

#include <iostream>
#include <memory>

#include "arguments.hpp"
#include "config_options.hpp"
#include "lehr/run/augmented_sheet.hpp"
#include "lehr/run/output_files.hpp"
#include "recipes.hpp"

namespace lehr::cli {
namespace {

constexpr const char* show_examples = R"(Examples:
  lehr data show --data digits --augment digits --augmented sheet.png
  lehr data show --data mnist:DIR --augment own.toml --augmented sheet.png --pictures 4 --versions 12)";

struct ShowOptions {
  TrainConfig config;
  std::string recipe;
  AugmentedSheet sheet;
  std::filesystem::path augmented;
};

int show(const ShowOptions& options) {
  check_replaceable({"--augmented", options.augmented}, "PNG picture",
                    [](std::string_view text) { return text.starts_with("\x89PNG"); });
  save_augmented_sheet(options.augmented, on_recipe(options.config, options.recipe, shared_fields()),
                       options.sheet);
  std::cout << options.augmented.string() << '\n';
  return 0;
}

}  // namespace

void add_data_show(Commands& registry, Command& group) {
  const auto options = std::make_shared<ShowOptions>();
  Command command = registry.add(
      "show", "Draw training pictures as the network sees them.", show_examples,
      [options] { return show(*options); }, &group);
  add_file(command, "--augmented", options->augmented,
           "write a sheet (PNG): each row is a picture, first as it is, then as in the first epochs")
      .required();
  add_integer(command, "--pictures", options->sheet.pictures, {1, 64}, "rows");
  add_integer(command, "--versions", options->sheet.versions, {1, 32}, "augmented versions in each row");
  for (const char* key :
       {"data", "data-seed", "valid-share", "test-share", "group", "skip-unreadable", "max-megapixels",
        "augment", "image-size", "fit", "filter", "background", "channels-in", "seed", "threads"}) {
    add_field(command, shared_fields(), key, options->config);
  }
  command.option("--recipe", options->recipe, recipe_help()).type_name("NAME");
}

}  // namespace lehr::cli
