#include "classifier/classifier.hpp"

#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr {
namespace {

/// "1x28x28"
std::string with_crosses(const Shape& image) {
  std::string text;
  for (const std::int64_t extent : image.extents())
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

std::string found_text(const TensorSpec& spec) {
  return ", found " + std::string(name_of(spec.dtype)) + " of shape " + spec.shape.str();
}

}  // namespace

ImageInput image_input_of(const Graph& graph) {
  if (graph.nodes().empty()) throw BadInput("the model is empty: its graph has no nodes");
  const std::vector<NodeId> inputs = graph.inputs();
  if (inputs.size() != 1) {
    throw BadInput("expected a graph with one input, found " + std::to_string(inputs.size()));
  }
  const TensorSpec& in = graph.node(inputs.front()).output;
  if (in.dtype != DType::f32 || in.shape.rank() != 4 || in.shape[0] != 1 || in.shape.numel() == 0) {
    throw BadInput("expected a graph that takes f32 images of shape (1, C, H, W)" + found_text(in));
  }
  return {inputs.front(), Shape{in.shape[1], in.shape[2], in.shape[3]}};
}

Classifier classifier_of(const Graph& graph) {
  const ImageInput input = image_input_of(graph);
  const TensorSpec& out = graph.node(graph.output()).output;
  if (out.dtype != DType::f32 || out.shape.rank() != 2 || out.shape[0] != 1 || out.shape.numel() == 0) {
    throw BadInput("expected a graph that gives f32 scores of shape (1, classes)" + found_text(out));
  }
  return {input, out.shape[1]};
}

const Dataset& given(const std::shared_ptr<const Dataset>& dataset, std::string_view set) {
  if (dataset) return *dataset;
  throw BadInput(std::string(set) + " is missing: its pointer is null");
}

void check_images_fit(const ImageInput& input, const Dataset& dataset, const Preprocessing& preprocessing) {
  const Shape shape = dataset.image_shape();
  if (preprocessing.any_shape || shape.rank() == 0 || shape == input.shape) return;
  throw BadInput("the model takes " + with_crosses(input.shape) + " images, the data has " +
                 with_crosses(shape));
}

void check_data_fits(const Classifier& model, const Dataset& dataset, const Preprocessing& preprocessing,
                     std::string_view set) {
  const auto classes = static_cast<std::int64_t>(dataset.class_names().size());
  const Shape shape = dataset.image_shape();
  if ((preprocessing.any_shape || shape.rank() == 0 || shape == model.shape) && classes == model.classes)
    return;
  throw BadInput("the model takes " + with_crosses(model.shape) + " images of " +
                 counted(model.classes, "class") + ", " + std::string(set) + " has " +
                 (shape.rank() == 0 ? "images" : with_crosses(shape)) + " of " + std::to_string(classes));
}

void check_preprocessing_fits(const Preprocessing& preprocessing, const ImageInput& input) {
  check_preprocessing(preprocessing);
  if (preprocessing.shape == input.shape) return;
  throw BadInput("the model takes " + with_crosses(input.shape) + " images, the preprocessing makes " +
                 with_crosses(preprocessing.shape));
}

}  // namespace lehr
