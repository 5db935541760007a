#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "data_set.hpp"
#include "lehr/core/error.hpp"
#include "model_path.hpp"
#include "output.hpp"
#include "predictions.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* examples = R"(Examples:
  lehr predict runs/ID/model.safetensors picture.png other.png
  lehr predict runs/ID --data digits --sample 0,1,2 --draw
  lehr predict runs/ID picture.png --top 1 --json

Pictures of another size are scaled to the model's. They should look like what the model learnt: digits and MNIST
are white on black.)";

struct PredictOptions {
  std::filesystem::path model;
  std::vector<std::filesystem::path> images;
  DataSetOptions data;
  std::vector<std::int64_t> samples;
  std::int64_t top = 3;
  bool draw = false;
  bool json = false;
};

void check(const PredictOptions& options) {
  const bool from_data = !options.data.data.empty();
  if (from_data == !options.images.empty()) {
    throw BadInput("predict takes either picture files or --data with --sample");
  }
  if (from_data == options.samples.empty()) throw BadInput("--data and --sample belong together");
}

int run_predict(const PredictOptions& options) {
  check(options);
  Model model = load_model_or_run(options.model);
  std::vector<Picture> pictures = options.images.empty()
                                      ? pictures_of(*open_data_set(options.data), options.samples, model)
                                      : pictures_of(options.images, model);
  const std::vector<Prediction> predictions = predict(model, pictures, static_cast<std::size_t>(options.top));
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (options.json) {
      print_json(as_json(pictures[i], predictions[i]));
    } else if (options.draw) {
      std::cout << as_drawing(pictures[i], predictions[i], model.image_shape(), takes_colour(1)) << '\n';
    } else {
      std::cout << as_text(pictures[i], predictions[i]) << '\n';
    }
  }
  return 0;
}

}  // namespace

void register_predict(Commands& registry) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App& command = registry.add("predict", "Say what a saved model sees in pictures.", examples,
                                   [options] { return run_predict(*options); });
  command.add_option("MODEL", options->model, "a saved model, or a run's folder")->required();
  command.add_option("IMAGE", options->images, "PNG files")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_data_set_options(command, options->data);
  add_parsed(
      command, "--sample", options->samples, "numbers of samples in the set, from 0",
      [](const std::string& option, const std::string& text) { return parse_integers(option, text, {}); })
      ->type_name("I,...");
  add_integer(command, "--top", options->top, {1, 1'000'000}, "how many classes to name");
  command.add_flag("--draw", options->draw, "draw each picture in the terminal");
  add_threads(command);
  command.add_flag("--json", options->json, "one JSON object a picture on stdout");
}

}  // namespace lehr::cli
