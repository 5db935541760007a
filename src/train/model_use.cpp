#include "train/model_use.hpp"

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "store/memory.hpp"

namespace lehr {
namespace {

std::string with_crosses(const Shape& image) {
  std::string text;
  for (const std::int64_t extent : image.extents())
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

[[noreturn]] void refuse(const Model& model, const Dataset& dataset) {
  throw BadInput("the model was trained on " + with_crosses(model.image_shape()) + " images of " +
                 counted(model.class_names.size(), "class") + ", the data has " +
                 with_crosses(dataset.image_shape()) + " and " +
                 std::to_string(dataset.class_names().size()));
}

}  // namespace

void check_images_fit(const Model& model, const Dataset& dataset) {
  if (dataset.image_shape() != model.image_shape()) refuse(model, dataset);
}

void check_data_fits(const Model& model, const Dataset& dataset) {
  check_images_fit(model, dataset);
  if (dataset.class_names().size() != model.class_names.size()) refuse(model, dataset);
}

void check_parameter_memory(const Graph& model, int copies) {
  double count = 0;
  for (const Node& node : model.nodes()) {
    for (const ParameterSpec& spec : node.parameters) count += static_cast<double>(spec.shape.numel());
  }
  const double bytes = count * sizeof(float) * copies;
  if (bytes <= static_cast<double>(store::physical_memory())) return;
  throw BadInput("training the model's " + counted(static_cast<std::int64_t>(count), "parameter") +
                 " needs " + std::to_string(static_cast<std::int64_t>(bytes) >> 20) +
                 " MiB, more than this machine's memory of " +
                 std::to_string(store::physical_memory() >> 20) + " MiB; use fewer channels");
}

void check_memory(const Plan& plan) {
  const std::size_t needed = plan.memory().arena + plan.memory().workspace;
  if (needed <= store::physical_memory()) return;
  throw BadInput("the model needs " + std::to_string(needed >> 20) + " MiB at batch size " +
                 std::to_string(plan.options().batch_size) + ", more than this machine's memory of " +
                 std::to_string(store::physical_memory() >> 20) + " MiB; use a smaller batch size");
}

}  // namespace lehr
