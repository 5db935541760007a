#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/pictures.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/file_names.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/safetensors.hpp"

namespace lehr {
namespace {

std::string json_text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool has_maps(const LayerOutput& output) {
  const Shape& shape = output.values.shape();
  return shape.rank() == 4 && shape[2] * shape[3] > 1;
}

void check(std::span<const LayerOutput> outputs, const ActivationsNote& note) {
  for (const LayerOutput& output : outputs) {
    if (output.values.data() == nullptr) {
      throw BadInput("layer " + output.layer + " has no values: they are empty or were moved from");
    }
    if (output.values.shape()[0] == std::ssize(note.samples)) continue;
    throw BadInput("layer " + output.layer + " has values of " + counted(output.values.shape()[0], "sample") +
                   ", named are " + std::to_string(note.samples.size()));
  }
}

}  // namespace

void save_activations(const std::filesystem::path& file, std::span<const LayerOutput> outputs,
                      const ActivationsNote& note) {
  check(outputs, note);
  store::SafeTensors contents;
  nlohmann::json types;
  for (const LayerOutput& output : outputs) {
    contents.tensors.emplace(output.layer, output.values.clone());
    types[output.layer] = output.type;
  }
  contents.metadata = {{"lehr.samples", json_text(note.samples)},
                       {"lehr.types", json_text(types)},
                       {"lehr.before_activation", note.options.before_activation ? "true" : "false"},
                       {"lehr.normalised", note.options.normalised ? "true" : "false"}};
  store::write_safetensors(file, contents);
}

std::vector<std::filesystem::path> save_feature_maps(const std::filesystem::path& folder,
                                                     std::span<const LayerOutput> outputs,
                                                     const ActivationsNote& note,
                                                     const std::function<bool()>& go_on) {
  check(outputs, note);
  if (std::ranges::none_of(outputs, has_maps))
    throw BadInput("none of these layers has feature maps: their outputs have no height and width");
  std::vector<std::filesystem::path> files;
  for (const LayerOutput& output : outputs) {
    if (!has_maps(output)) continue;
    for (std::size_t i = 0; i < note.samples.size(); ++i) {
      if (go_on && !go_on()) return files;
      const Image image =
          pictures::maps(output.values, static_cast<std::int64_t>(i), output.values.shape()[1]);
      const std::string name =
          "sample" + file_name_part(note.samples[i]) + "-" + file_name_part(output.layer);
      files.push_back(folder / (name + ".png"));
      store::write_file_atomically(files.back(), [&](std::ostream& out) { out << pictures::png(image); });
    }
  }
  return files;
}

}  // namespace lehr
