#include "lehr/model_io/model_file.hpp"

#include <fmt/format.h>

#include "classifier/classifier.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/safetensors.hpp"
#include "model_io/model_contents.hpp"
#include "model_io/model_metadata.hpp"

namespace lehr {
namespace {

/// PyTorch counts the batches that a batch norm has seen. lehr does not use the number.
bool is_batch_count(const std::string& name, const store::SafeTensors& contents) {
  const std::string leaf = "num_batches_tracked";
  return name.ends_with("." + leaf) &&
         contents.tensors.contains(name.substr(0, name.size() - leaf.size()) + "running_mean");
}

// Called before memory is allocated for the parameters. The weights in the file limit what the
// graph may request.
void check_weights(const Graph& graph, const store::SafeTensors& contents) {
  std::size_t used = 0;
  for (const Node& node : graph.nodes()) {
    for (const ParameterSpec& spec : node.parameters) {
      const std::string name = node.name + "." + spec.name;
      const auto found = contents.tensors.find(name);
      const std::string expected = "expected f32 of shape " + spec.shape.str();
      if (found == contents.tensors.end()) {
        throw BadInput("weight " + in_quotes(name) + ": " + expected + ", found no such tensor");
      }
      const Tensor& tensor = found->second;
      if (tensor.dtype() != DType::f32 || tensor.shape() != spec.shape) {
        throw BadInput("weight " + in_quotes(name) + ": " + expected + ", found " +
                       std::string(name_of(tensor.dtype())) + " of shape " + tensor.shape().str());
      }
      ++used;
    }
  }
  for (const auto& [name, tensor] : contents.tensors) {
    if (is_batch_count(name, contents) || name.starts_with("lehr.")) ++used;
  }
  if (used == contents.tensors.size()) return;
  throw BadInput("expected " + counted(used, "tensor") + ", those of the graph, found " +
                 std::to_string(contents.tensors.size()));
}

// A few numbers in a graph can request any amount of memory.
void check_activations(const Graph& graph, const Backend& backend) {
  double bytes = 0;
  for (const Node& node : graph.nodes()) bytes += static_cast<double>(node.output.bytes());
  if (bytes > static_cast<double>(backend.total_memory())) {
    throw BadInput("one image needs " + fmt::format("{:.3g}", bytes / 1e9) +
                   " GB of activations, more than this machine's memory");
  }
}

void set_parameters(Parameters& parameters, const store::SafeTensors& contents) {
  for (const ParameterEntry& entry : parameters.entries()) {
    parameters.backend().upload_tensor(parameters.value(entry), contents.tensors.at(entry.name));
  }
}

Model make_model(const store::SafeTensors& contents, const Backend& backend) {
  ModelMetadata metadata = read_model_metadata(contents.metadata);
  check_activations(metadata.graph, backend);
  check_weights(metadata.graph, contents);
  Model model{std::move(metadata.graph), nullptr, std::move(metadata.class_names),
              std::move(metadata.preprocessing)};
  model.parameters = std::make_shared<Parameters>(model.graph, backend);
  set_parameters(*model.parameters, contents);
  return model;
}

}  // namespace

Shape Model::image_shape() const { return image_input_of(graph).shape; }

void check_model(const Model& model) {
  if (!model.parameters) throw BadInput("the model has no parameters: it is empty or was moved from");
  check_model_parts(model.graph, model.class_names, model.preprocessing);
}

store::SafeTensors model_contents(const Graph& graph, const Parameters& parameters,
                                  const std::vector<std::string>& class_names,
                                  const Preprocessing& preprocessing) {
  store::SafeTensors contents;
  contents.metadata = write_model_metadata({graph, class_names, preprocessing});
  for (const ParameterEntry& entry : parameters.entries()) {
    contents.tensors.emplace(entry.name, parameters.get(entry.name));
  }
  return contents;
}

void read_weights(const Graph& graph, Parameters& parameters, const store::SafeTensors& contents) {
  check_weights(graph, contents);
  set_parameters(parameters, contents);
}

void save_model(const std::filesystem::path& file, const Graph& graph, const Parameters& parameters,
                const std::vector<std::string>& class_names, const Preprocessing& preprocessing) {
  store::write_safetensors(file, model_contents(graph, parameters, class_names, preprocessing));
}

Model load_model(const std::filesystem::path& file, const Backend& backend) {
  const store::SafeTensors contents = store::read_safetensors(file);
  try {
    return make_model(contents, backend);
  } catch (const BadInput& error) {
    throw BadInput(in_quotes(file) + ": " + error.what());
  }
}

}  // namespace lehr
