#include "classifier/model_use.hpp"

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr {
namespace {

std::string mebibytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

void check_parameter_memory(const Graph& model, const Backend& backend, int copies) {
  double count = 0;
  for (const Node& node : model.nodes()) {
    for (const ParameterSpec& spec : node.parameters) count += static_cast<double>(spec.shape.numel());
  }
  const double bytes = count * sizeof(float) * copies;
  if (bytes <= static_cast<double>(backend.total_memory())) return;
  throw BadInput("training the model's " + counted(static_cast<std::int64_t>(count), "parameter") +
                 " needs " + mebibytes(static_cast<std::size_t>(bytes)) +
                 ", more than this machine's memory of " + mebibytes(backend.total_memory()) +
                 "; use fewer channels");
}

void check_memory(const Plan& plan, const Backend& backend) {
  const std::size_t needed = plan.memory().arena + plan.memory().workspace;
  if (needed <= backend.total_memory()) return;
  throw BadInput("the model needs " + mebibytes(needed) + " at batch size " +
                 std::to_string(plan.options().batch_size) + ", more than this machine's memory of " +
                 mebibytes(backend.total_memory()) + "; use a smaller batch size");
}

}  // namespace lehr
