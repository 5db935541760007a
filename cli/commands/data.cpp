#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include "arguments.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "data_info.hpp"
#include "data_show.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace {

constexpr const char* data_examples = R"(Examples:
  lehr data make digits --out digits
  lehr data make digits --out digits --count 1000 --seed 7 --format idx
  lehr train --data mnist:digits            learns what was written
  lehr data info folder:photos              counts, sizes, copies, pictures that cannot be read)";

constexpr std::int64_t least_images = 10;  // one of each class
constexpr std::int64_t most_images = 10'000'000;

struct MakeOptions {
  std::string what;
  std::filesystem::path out;
  data::DigitsOptions digits;
  std::int64_t valid = 0;  ///< 0: a fifth of the training images
  data::ExportOptions formats;
  TrainConfig config;  ///< only the threads
  bool json = false;
};

data::ExportOptions parse_formats(const std::string& text) {
  static const std::vector<std::string> valid{"idx", "png"};
  data::ExportOptions formats{.idx = false, .png = false};
  for (const std::string& name : split_list(text)) {
    if (name != "idx" && name != "png") throw unknown_name("format", shortened(name), valid);
    (name == "idx" ? formats.idx : formats.png) = true;
  }
  return formats;
}

int make(const MakeOptions& options) {
  static const std::vector<std::string> known{"digits"};
  if (options.what != "digits") throw unknown_name("generated data", shortened(options.what), known);
  data::DigitsOptions digits = options.digits;
  digits.valid = options.valid > 0 ? options.valid : std::max<std::int64_t>(1, digits.train / 5);
  const DataSplits made = data::digits(digits);
  data::export_data(made, options.out, options.formats);
  if (options.json) {
    print_json({{"event", "data"},
                {"path", options.out.string()},
                {"train_samples", made.train->size()},
                {"valid_samples", made.valid->size()},
                {"seed", digits.seed}});
  } else {
    std::cout << fmt::format("{} and {} in {}\n", grouped(made.train->size(), "training image"),
                             grouped(made.valid->size(), "validation image"), options.out.string());
  }
  return 0;
}

}  // namespace

void register_data(Commands& registry) {
  Command group = registry.add_group("data", "Make data to learn from, and look at it.", data_examples);
  const auto options = std::make_shared<MakeOptions>();
  Command command = registry.add(
      "make", "Write generated images to a folder that is not there yet.", data_examples,
      [options] { return make(*options); }, &group);
  command.option("WHAT", options->what, "digits").required();
  add_folder(command, "--out", options->out, "the folder").required();
  add_integer(command, "--count", options->digits.train, {least_images, most_images}, "training images");
  add_integer(command, "--valid-count", options->valid, {1, most_images},
              "validation images (default: a fifth of --count)")
      .default_str("");
  add_seed(command, "--seed", options->digits.seed,
           "decides every picture, as --data-seed of lehr train does");
  add_parsed(command, "--format", options->formats, "idx, png or both",
             [](const std::string&, const std::string& text) { return parse_formats(text); })
      .type_name("NAME,...")
      .default_str("idx,png");
  add_field(command, shared_fields(), "threads", options->config);
  command.flag("--json", options->json, "print one JSON object on stdout");
  add_data_show(registry, group);
  add_data_info(registry, group);
}

}  // namespace lehr::cli
