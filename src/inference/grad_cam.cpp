#include "lehr/inference/grad_cam.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "classifier/classifier.hpp"
#include "classifier/model_use.hpp"
#include "data/preprocessor.hpp"
#include "inference/grad_cam_head.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/layers.hpp"

namespace lehr {
namespace {

NodeId maps_node_of(const Graph& model) {
  const NodeId maps = grad_cam::maps_node(model);
  if (maps >= 0) return maps;
  throw BadInput(
      "the model " + in_quotes(model.name()) +
      " cannot be explained: expected a layer with several positions through which the whole network "
      "goes, found none");
}

/// The layer that ends in this node, or else the node.
std::string layer_name(const Graph& model, NodeId node) {
  for (const Layer& layer : layers_of(model)) {
    if (layer.output() == node) return layer.name;
  }
  return model.node(node).name;
}

Plan plan_of(const Graph& graph, Parameters& parameters, const PlanOptions& options) {
  Plan plan(graph, parameters, options);
  check_memory(plan, parameters.backend());
  return plan;
}

/// All nodes except one.
std::vector<NodeId> all_but(const Graph& graph, NodeId one) {
  std::vector<NodeId> nodes;
  for (NodeId id = 0; id < static_cast<NodeId>(graph.nodes().size()); ++id) {
    if (id != one) nodes.push_back(id);
  }
  return nodes;
}

}  // namespace

struct GradCam::State {
  static constexpr const char* class_name = "a GradCam";

  std::shared_ptr<Parameters> owned;  // null if another object owns them
  Parameters& parameters;
  Classifier classifier;
  NodeId maps;
  std::string layer;
  NodeId scores;
  data::Preprocessor preprocessor;
  grad_cam::Head head;
  Plan body;      // from the image to the maps and the scores
  Plan backward;  // from the maps to the score of a class
  std::vector<float> input;

  State(const Graph& model, Parameters& used, const Preprocessing& preprocessing)
      : parameters(used),
        classifier(classifier_of(model)),
        maps(maps_node_of(model)),
        layer(layer_name(model, maps)),
        scores(model.output()),
        preprocessor(preprocessing),
        head(grad_cam::head_of(model, used, maps)),
        body(plan_of(model, used, {.mode = Mode::eval, .keep = {maps}})),
        backward(plan_of(head.graph, *head.parameters,
                         {.mode = Mode::train, .frozen = all_but(head.graph, head.probe)})),
        input(preprocessor.input_size()) {
    check_preprocessing_fits(preprocessing, classifier);
  }

  void run_body(Image picture) {
    preprocessor.apply(picture, input);
    body.bind_input(classifier.node, input);
    body.forward();
  }

  std::int64_t best_class() const {
    const std::vector<float> found = parameters.backend().download_floats(body.value(scores));
    return std::ranges::max_element(found) - found.begin();
  }

  /// The weighted sum of the maps, where it is positive.
  Tensor weighted_maps() const {
    const Tensor values = parameters.backend().download_tensor(body.value(maps));
    const Tensor gradients = grad_cam::channel_gradients(head);
    const std::int64_t height = values.shape()[2];
    const std::int64_t width = values.shape()[3];
    const auto positions = static_cast<std::size_t>(height * width);
    std::vector<double> sums(positions);
    std::span<const float> map = values.elements<float>();
    for (const float gradient : gradients.elements<float>()) {
      const double weight = static_cast<double>(gradient) / static_cast<double>(positions);
      for (std::size_t i = 0; i < positions; ++i) sums[i] += weight * static_cast<double>(map[i]);
      map = map.subspan(positions);
    }
    Tensor heat({height, width}, DType::f32);
    std::ranges::transform(sums, heat.elements<float>().begin(),
                           [](double sum) { return static_cast<float>(std::max(sum, 0.0)); });
    return heat;
  }
};

GradCam::GradCam(const Graph& model, Parameters& parameters, const Preprocessing& preprocessing)
    : state_(std::make_unique<State>(model, parameters, preprocessing)) {}

GradCam::GradCam(const Model& model) {
  check_model(model);
  state_ = std::make_unique<State>(model.graph, *model.parameters, model.preprocessing);
  state_->owned = model.parameters;
}

GradCam::~GradCam() = default;
GradCam::GradCam(GradCam&&) noexcept = default;
GradCam& GradCam::operator=(GradCam&&) noexcept = default;

const std::string& GradCam::layer() const { return state_->layer; }

Tensor GradCam::heat(const Image& picture, std::optional<std::int64_t> of_class) {
  State& s = *state_;
  if (of_class && (*of_class < 0 || *of_class >= s.classifier.classes)) {
    throw BadInput("the model has " + counted(s.classifier.classes, "class") +
                   ", counted from 0, found number " + std::to_string(*of_class));
  }
  s.run_body(picture);
  grad_cam::choose_class(s.head, of_class ? *of_class : s.best_class());
  s.backward.bind_input(s.head.maps, s.body.value(s.maps));
  s.backward.forward();
  s.backward.backward();
  return s.weighted_maps();
}

}  // namespace lehr
