#include "picture_choice.hpp"

#include "arguments.hpp"
#include "config_options.hpp"
#include "lehr/core/error.hpp"
#include "lehr/run/setup.hpp"

namespace lehr::cli {

void add_picture_choice(const Command& command, ModelChoice& model, PictureChoice& choice,
                        const std::string& images_help) {
  add_model_choice(command, model);
  command.option("IMAGE", choice.images, images_help).takes_all();
  add_data_set_options(command, choice.data);
  add_parsed(
      command, "--sample", choice.samples, "numbers of samples in the set, from 0",
      [](const std::string& option, const std::string& text) { return parse_integers(option, text, {}); })
      .type_name("I,...");
  add_field(command, shared_fields(), "threads", choice.data.config);
}

void check(const PictureChoice& choice, const std::string& command) {
  const bool from_data = !choice.data.config.data.empty() || !choice.samples.empty();
  if (from_data == !choice.images.empty()) {
    throw BadInput(command +
                   " takes a model, and then either picture files or samples of its data (--sample)");
  }
  if (from_data && choice.samples.empty()) throw BadInput("--data needs --sample");
}

void complete_from_run(PictureChoice& choice, const ModelChoice& model) {
  if (choice.images.empty()) complete_from_run(choice.data, model_file(model));
}

image::ReadOptions read_options(const PictureChoice& choice) {
  return {.most_pixels = data_request(choice.data.config).most_pixels};
}

std::vector<Picture> pictures_of(const PictureChoice& choice, const Model& model, const OnFailure& warn) {
  if (choice.images.empty()) return pictures_of(*open_data_set(choice.data, warn), choice.samples, model);
  std::vector<data::FoundPicture> files;
  for (const std::filesystem::path& image : choice.images) {
    files.push_back({.name = image.string(), .path = image});
  }
  std::vector<Picture> pictures = pictures_of(std::move(files), model, read_options(choice));
  for (const Picture& picture : pictures) {
    if (!picture.problem.empty()) throw BadInput(picture.problem);
  }
  return pictures;
}

}  // namespace lehr::cli
