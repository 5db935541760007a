#include "train/dump.hpp"

#include <cstring>
#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/json.hpp"
#include "lehr/train/step_trace.hpp"
#include "model_io/model_contents.hpp"
#include "train/json_integer.hpp"
#include "train/step_trace.hpp"

namespace lehr {
namespace {

using nlohmann::json;

constexpr const char* dump_key = "lehr.dump";
constexpr const char* images_name = "lehr.batch.images";
constexpr const char* targets_name = "lehr.batch.targets";
constexpr const char* soft_targets_name = "lehr.batch.soft_targets";

template <class Number>
Tensor tensor_of(const Number* values, const Shape& shape, DType dtype) {
  Tensor tensor(shape, dtype);
  std::memcpy(tensor.data(), values, tensor.bytes());
  return tensor;
}

const Tensor& tensor_named(const store::SafeTensors& file, const char* name, DType dtype,
                           const Shape& shape) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw BadInput("no dump of a step: it has no tensor " + std::string(name));
  if (found->second.dtype() == dtype && found->second.shape() == shape) return found->second;
  throw BadInput("expected " + std::string(name_of(dtype)) + " of shape " + shape.str() + " for " + name +
                 ", found " + std::string(name_of(found->second.dtype())) + " of shape " +
                 found->second.shape().str());
}

json parsed(const store::SafeTensors& file) {
  const auto found = file.metadata.find(dump_key);
  if (found == file.metadata.end()) {
    throw BadInput("a safetensors file, but no dump of a step: its metadata has no \"" +
                   std::string(dump_key) + "\"");
  }
  return json::parse(found->second);
}

// The cross entropy keeps its two separate entries, from when it was the only loss.
void add_loss(json& object, const Loss& loss) {
  const json attributes = json::parse(to_json(loss.attributes()));
  if (loss.name() == cross_entropy_loss()->name()) {
    object.update(attributes);
  } else {
    object["loss"] = {{"name", loss.name()}, {"attributes", attributes}};
  }
}

std::shared_ptr<const Loss> loss_from(const json& object) {
  if (!object.contains("loss")) {
    return cross_entropy_loss({.label_smoothing = object.at("label_smoothing").get<double>(),
                               .class_weights = object.at("class_weights").get<std::vector<double>>()});
  }
  const json& loss = object.at("loss");
  return make_loss(loss.at("name").get<std::string>(),
                   attributes_from_json(loss.at("attributes").dump(), "the loss"));
}

Dump replay(const store::SafeTensors& file, Model model) {
  const json object = parsed(file);
  Dump dump;
  dump.message = object.at("message").get<std::string>();
  dump.epoch = integer_at<int>(object, "epoch");
  dump.batch = integer_at<std::int64_t>(object, "batch");
  dump.lr = object.at("lr").get<double>();
  for (const json& id : object.at("ids")) dump.ids.push_back(integer_of<std::int64_t>(id, "ids"));
  const auto size = static_cast<std::int64_t>(dump.ids.size());
  if (size < 1) throw BadInput("the dumped batch has no samples");
  const Shape in = model.image_shape();
  const auto classes = static_cast<std::int64_t>(model.class_names.size());
  Tensor images = tensor_named(file, images_name, DType::f32, {size, in[1], in[2], in[0]}).clone();
  const Tensor& targets = tensor_named(file, targets_name, DType::i64, {size});
  for (const std::int64_t target : targets.elements<std::int64_t>()) {
    if (target < 0 || target >= classes)
      throw BadInput("a target is " + std::to_string(target) + ", no class");
  }
  Batch batch{.size = size,
              .image_shape = in,
              .images = images.elements<float>().data(),
              .targets = targets.elements<std::int64_t>().data()};
  if (file.tensors.contains(soft_targets_name)) {
    batch.soft_targets =
        tensor_named(file, soft_targets_name, DType::f32, {size, classes}).elements<float>().data();
  }
  const std::shared_ptr<const Loss> loss = loss_from(object);
  // A dump of a validation before the first training batch has step -1.
  dump.trace = trace_step({model.graph, *loss, batch, integer_at<std::uint64_t>(object, "seed"),
                           static_cast<std::uint64_t>(integer_at<std::int64_t>(object, "step"))},
                          *model.parameters);
  return dump;
}

}  // namespace

void write_dump(const std::filesystem::path& path, const LearnerState& state, const std::string& message) {
  const auto names = state.data.train->class_names();
  store::SafeTensors file =
      model_contents(state.model, state.parameters, {names.begin(), names.end()}, state.preprocessing());
  const Batch& batch = state.batch;
  const Shape& image = batch.image_shape;
  file.tensors.emplace(
      images_name, tensor_of(batch.pixels().data(), {batch.size, image[1], image[2], image[0]}, DType::f32));
  file.tensors.emplace(targets_name, tensor_of(batch.targets, {batch.size}, DType::i64));
  if (batch.soft_targets != nullptr) {
    file.tensors.emplace(soft_targets_name,
                         tensor_of(batch.soft_targets, {batch.size, state.data.classes()}, DType::f32));
  }
  const Progress& progress = state.progress;
  // The step number that FitLoop passed to the plan. FitLoop has counted the batch since.
  json object{{"message", message},
              {"epoch", progress.epoch},
              {"batch", progress.batch},
              {"lr", progress.lr},
              {"ids", std::vector<std::int64_t>(batch.ids.begin(), batch.ids.end())},
              {"seed", state.options.seed},
              {"step", progress.train_batches - 1}};
  add_loss(object, *state.loss);
  file.metadata[dump_key] = object.dump(-1, ' ', false, json::error_handler_t::replace);
  store::write_safetensors(path, file);
}

Dump replay_dump(const std::filesystem::path& path, const Backend& backend) {
  const store::SafeTensors file = store::read_safetensors(path);
  try {
    parsed(file);
    return replay(file, load_model(path, backend));
  } catch (const json::exception& error) {
    throw BadInput(in_quotes(path) + ": its record of the step cannot be read: " + error.what());
  } catch (const BadInput& error) {
    const std::string said = error.what();
    throw BadInput(said.starts_with(in_quotes(path)) ? said : in_quotes(path) + ": " + said);
  }
}

}  // namespace lehr
