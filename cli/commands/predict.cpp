#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "model_choice.hpp"
#include "output.hpp"
#include "picture_choice.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr const char* predict_examples = R"(Examples:
  lehr predict runs/ID/model.safetensors picture.png other.png
  lehr predict runs/ID --data digits --sample 0,1,2 --draw
  lehr predict runs/ID picture.png --top 1 --json

Pictures of another size are scaled to the model's. They should look like what the model learnt: digits and MNIST
are white on black.)";

struct PredictOptions {
  ModelChoice model;
  PictureChoice pictures;
  std::int64_t top = 3;
  bool draw = false;
  bool json = false;
};

int run_predict(const PredictOptions& options) {
  check(options.pictures, "predict");
  Model model = load_model(options.model);
  const std::vector<Picture> pictures = pictures_of(options.pictures, model);
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
  Command command = registry.add("predict", "Predict the classes of pictures with a saved model.",
                                 predict_examples, [options] { return run_predict(*options); });
  add_picture_choice(command, options->model, options->pictures);
  add_integer(command, "--top", options->top, {1, 1'000'000}, "number of classes to print");
  command.flag("--draw", options->draw, "draw each picture in the terminal");
  command.flag("--json", options->json, "print JSON on stdout, one object for each picture");
}

}  // namespace lehr::cli
