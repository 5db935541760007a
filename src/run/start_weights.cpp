#include "run/start_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/run_files.hpp"

namespace lehr::run {
namespace {

bool starts_at_its_weights(const TrainConfig& config) {
  if (config.weights.empty()) return false;
  return config.resume.empty() || resume_point(config.resume).checkpoint.empty();
}

/// The file, or the model in the folder of a run.
std::filesystem::path file_of(const std::filesystem::path& weights) {
  std::error_code error;
  return std::filesystem::is_directory(weights, error) ? weights / run_files::model : weights;
}

/// A sentence about each parameter, in the order of the graph.
std::vector<std::string> parameters_of(const Graph& graph) {
  std::vector<std::string> all;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& one : node.parameters) {
      all.push_back(in_quotes(node.name + "." + one.name) + " of shape " + one.shape.str());
    }
  }
  return all;
}

void check_same_parameters(const Graph& network, const Graph& saved, const std::string& of_file) {
  std::vector<std::string> expected = parameters_of(network);
  std::vector<std::string> found = parameters_of(saved);
  const std::size_t count = std::max(expected.size(), found.size());
  expected.resize(count, "none");
  found.resize(count, "none");
  for (std::size_t i = 0; i < count; ++i) {
    if (expected[i] == found[i]) continue;
    throw BadInput(fmt::format("{}: expected {} as parameter {} of the network, found {}", of_file,
                               expected[i], i + 1, found[i]));
  }
}

}  // namespace

std::optional<Model> start_model(const TrainConfig& config, const Graph& graph, std::int64_t classes) {
  if (!starts_at_its_weights(config)) return std::nullopt;
  const std::filesystem::path file = file_of(config.weights);
  Model model = load_model(file);
  const std::string of_file = "--weights " + in_quotes(file);
  if (std::ssize(model.class_names) != classes) {
    throw BadInput(fmt::format("{}: expected a model of {}, as the data has, found {}", of_file,
                               counted(classes, "class"), model.class_names.size()));
  }
  check_same_parameters(graph, model.graph, of_file);
  return model;
}

void take_weights(Parameters& parameters, const Model& start) {
  for (const ParameterEntry& entry : parameters.entries()) {
    parameters.set(entry.name, start.parameters->get(entry.name));
  }
}

}  // namespace lehr::run
