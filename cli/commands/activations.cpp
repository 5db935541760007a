#include "lehr/inference/activations.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numeric>

#include "arguments.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/run/output_files.hpp"
#include "model_choice.hpp"
#include "output.hpp"
#include "picture_choice.hpp"

namespace lehr::cli {
namespace {

constexpr const char* activations_examples = R"(Examples:
  lehr activations runs/ID --data digits --sample 0,5 --out seen.safetensors
  lehr activations runs/ID --data digits --sample 0 --maps maps --layers '*conv*,0'
  lehr activations runs/ID picture.png --out seen.safetensors --normalised --before-activation

Each layer's values for the samples, by the layer's name, as (samples, channels, height, width). --maps draws
what has height and width: a picture for each sample and layer. Python reads the file with safetensors.)";

struct Options {
  ModelChoice model;
  PictureChoice pictures;
  ActivationsOptions activations;
  std::filesystem::path out;
  std::filesystem::path maps;
  bool json = false;
};

std::shared_ptr<const Dataset> dataset_of(const std::vector<Picture>& pictures, const Model& model) {
  std::vector<Sample> samples;
  for (const Picture& picture : pictures) samples.push_back({.picture = picture.image});
  return std::make_shared<PictureDataset>(std::move(samples), model.class_names);
}

void say(const Options& options, const std::vector<LayerOutput>& outputs,
         const std::vector<std::filesystem::path>& files) {
  if (options.json) {
    for (const LayerOutput& output : outputs) {
      print_json({{"event", "layer"},
                  {"layer", output.layer},
                  {"type", output.type},
                  {"shape", output.values.shape().extents()}});
    }
  }
  for (const std::filesystem::path& file : files) {
    if (options.json) print_json({{"event", "file"}, {"path", file.string()}});
    if (!options.json) std::cout << file.string() << '\n';
  }
}

int interrupted(std::size_t written) {
  std::fprintf(stderr, "lehr: interrupted; %s of maps %s written, the rest is missing\n",
               counted(written, "file").c_str(), written == 1 ? "was" : "were");
  return interrupted_status;
}

int run_activations(Options& options) {
  check(options.pictures, "activations");
  complete_from_run(options.pictures, options.model);
  if (options.out.empty() && options.maps.empty()) throw BadInput("activations needs --out or --maps");
  check_distinct(std::array<OutputFile, 3>{
      {{"--out", options.out}, {"--maps", options.maps}, {"MODEL", model_file(options.model)}}});
  if (!options.out.empty()) check_replaceable({"--out", options.out}, FileKind::activations);
  if (!options.maps.empty()) check_writable({"--maps", options.maps / "maps"});
  Model model = load_model(options.model);
  const std::vector<Picture> pictures = pictures_of(options.pictures, model, warnings(false, options.json));
  ActivationsNote note{.options = options.activations};
  for (const Picture& picture : pictures) {
    note.samples.push_back(picture.sample >= 0 ? fmt::format("{}", picture.sample) : picture.name);
  }
  std::vector<std::int64_t> all(pictures.size());
  std::iota(all.begin(), all.end(), 0);
  const std::vector<LayerOutput> outputs = activations(model.graph, *model.parameters, model.preprocessing,
                                                       dataset_of(pictures, model), all, options.activations);
  std::vector<std::filesystem::path> files;
  SignalWatch watch;  // a signal takes effect between two files, so every file is complete
  watch.allow_polling();
  if (!options.maps.empty()) {
    files = save_feature_maps(options.maps, outputs, note, [&watch] { return !watch.received(); });
  }
  if (watch.received()) return interrupted(files.size());
  if (!options.out.empty()) {
    save_activations(options.out, outputs, note);
    files.push_back(options.out);
  }
  say(options, outputs, files);
  return 0;
}

}  // namespace

void register_activations(Commands& registry) {
  const auto options = std::make_shared<Options>();
  Command command = registry.add("activations", "Save the activations of a saved model for pictures.",
                                 activations_examples, [options] { return run_activations(*options); });
  add_picture_choice(command, options->model, options->pictures,
                     "pictures: JPEG, PNG, WebP, TIFF or BMP files");
  add_file(command, "--out", options->out, "safetensors file for the values");
  add_folder(command, "--maps", options->maps, "a folder for feature maps as PNG");
  add_parsed(command, "--layers", options->activations.layers,
             "layers by name, with * and ? for any text and any character",
             [](const std::string&, const std::string& text) { return split_list(text); })
      .type_name("NAME,...");
  command.flag("--before-activation", options->activations.before_activation,
               "record the input of the activation function");
  command.flag("--normalised", options->activations.normalised,
               "normalise each layer's values to mean 0 and std 1 over the samples");
  command.flag("--json", options->json, "print JSON on stdout, one object for each layer and file");
}

}  // namespace lehr::cli
