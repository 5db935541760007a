#include "classifier/model_use.hpp"

#include "core/physical_memory.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr {
void check_parameter_memory(const Graph& model, int copies) {
  double count = 0;
  for (const Node& node : model.nodes()) {
    for (const ParameterSpec& spec : node.parameters) count += static_cast<double>(spec.shape.numel());
  }
  const double bytes = count * sizeof(float) * copies;
  if (bytes <= static_cast<double>(physical_memory())) return;
  throw BadInput("training the model's " + counted(static_cast<std::int64_t>(count), "parameter") +
                 " needs " + std::to_string(static_cast<std::int64_t>(bytes) >> 20) +
                 " MiB, more than this machine's memory of " + std::to_string(physical_memory() >> 20) +
                 " MiB; use fewer channels");
}

void check_memory(const Plan& plan) {
  const std::size_t needed = plan.memory().arena + plan.memory().workspace;
  if (needed <= physical_memory()) return;
  throw BadInput("the model needs " + std::to_string(needed >> 20) + " MiB at batch size " +
                 std::to_string(plan.options().batch_size) + ", more than this machine's memory of " +
                 std::to_string(physical_memory() >> 20) + " MiB; use a smaller batch size");
}

}  // namespace lehr
