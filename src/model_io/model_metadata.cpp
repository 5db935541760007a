#include "model_io/model_metadata.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "classifier/classifier.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/json.hpp"

namespace lehr {
namespace {

using nlohmann::json;

constexpr const char* graph_key = "lehr.graph";
constexpr const char* classes_key = "lehr.classes";
constexpr const char* preprocessing_key = "lehr.preprocessing";
/// The key that earlier versions used instead.
constexpr const char* normalisation_key = "lehr.normalisation";

const std::string& text_of(const std::map<std::string, std::string>& texts, const char* key) {
  const auto found = texts.find(key);
  if (found != texts.end()) return found->second;
  throw BadInput("a safetensors file, but not a lehr model: its metadata has no \"" + std::string(key) +
                 "\"");
}

// These texts have at most lists in an object. The depth is bounded, so that no text can use much
// more memory than its size.
json parse_shallow(const std::string& text, const char* key) {
  constexpr int deepest = 2;
  const auto shallow = [&](int depth, json::parse_event_t, const json&) {
    if (depth > deepest) throw BadInput(std::string(key) + ": nested too deep");
    return true;
  };
  try {
    return json::parse(text, shallow);
  } catch (const json::exception&) {
    throw BadInput(std::string(key) + ": not JSON");
  }
}

std::vector<std::string> parse_classes(const std::string& text) {
  const json list = parse_shallow(text, classes_key);
  if (!list.is_array() || !std::ranges::all_of(list, [](const json& name) { return name.is_string(); })) {
    throw BadInput(std::string(classes_key) + ": expected a list of texts");
  }
  return list.get<std::vector<std::string>>();
}

std::vector<float> parse_floats(const json& object, const char* name) {
  const auto list = object.find(name);
  if (list == object.end() || !list->is_array() ||
      !std::ranges::all_of(*list, [](const json& value) { return value.is_number(); })) {
    throw BadInput(std::string(normalisation_key) + ": expected a list of numbers named " + name);
  }
  return list->get<std::vector<float>>();
}

Normalisation parse_normalisation(const std::string& text) {
  const json object = parse_shallow(text, normalisation_key);
  if (!object.is_object()) throw BadInput(std::string(normalisation_key) + ": expected an object");
  return {parse_floats(object, "mean"), parse_floats(object, "std")};
}

/// The preprocessing of an earlier version. Its commands stretched pictures to the size of the
/// input, and dropped alpha.
Preprocessing preprocessing_of(const std::string& normalisation, const Graph& graph) {
  return {.shape = image_input_of(graph).shape,
          .fit = Fit::stretch,
          .background = Background::none,
          .normalisation = parse_normalisation(normalisation)};
}

Preprocessing parse_preprocessing(const std::map<std::string, std::string>& texts, const Graph& graph) {
  const auto old = texts.find(normalisation_key);
  if (old != texts.end() && !texts.contains(preprocessing_key)) return preprocessing_of(old->second, graph);
  try {
    return preprocessing_from_json(text_of(texts, preprocessing_key));
  } catch (const BadInput& error) {
    if (!texts.contains(preprocessing_key)) throw;
    throw BadInput(std::string(preprocessing_key) + ": " + error.what());
  }
}

// A shape that overflows is the only failure of a graph that is not BadInput already.
Graph parse_graph(const std::string& text) {
  try {
    return graph_from_json(text);
  } catch (const Error& error) {
    throw BadInput(std::string(graph_key) + ": " + error.what());
  }
}

void check_class_names(const std::vector<std::string>& names, std::int64_t expected) {
  if (static_cast<std::int64_t>(names.size()) != expected) {
    throw BadInput("expected " + counted(expected, "class name") +
                   ", as many as the graph has scores, found " + std::to_string(names.size()));
  }
  for (const std::string& name : names) {
    if (has_control_characters(name)) {
      throw BadInput("the class name " + in_quotes(name) + " holds control characters");
    }
  }
}

}  // namespace

void check_model_parts(const Graph& graph, const std::vector<std::string>& class_names,
                       const Preprocessing& preprocessing) {
  const Classifier model = classifier_of(graph);
  check_class_names(class_names, model.classes);
  check_preprocessing_fits(preprocessing, model);
}

std::map<std::string, std::string> write_model_metadata(const ModelMetadata& metadata) {
  check_model_parts(metadata.graph, metadata.class_names, metadata.preprocessing);
  // Class names may come from folders, whose names may contain any bytes.
  const auto replace = json::error_handler_t::replace;
  return {{"format", "pt"},
          {graph_key, to_json(metadata.graph)},
          {classes_key, json(metadata.class_names).dump(-1, ' ', false, replace)},
          {preprocessing_key, to_json(metadata.preprocessing)}};
}

ModelMetadata read_model_metadata(const std::map<std::string, std::string>& texts) {
  ModelMetadata metadata{
      parse_graph(text_of(texts, graph_key)), parse_classes(text_of(texts, classes_key)), {}};
  metadata.preprocessing = parse_preprocessing(texts, metadata.graph);
  check_model_parts(metadata.graph, metadata.class_names, metadata.preprocessing);
  return metadata;
}

}  // namespace lehr
