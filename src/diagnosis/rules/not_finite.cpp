#include <fmt/format.h>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> values_not_finite(const Facts& facts) {
  const store::RecordedLayers& recorded = facts.recorded();
  for (std::size_t i = 0; i < recorded.points.size(); ++i) {
    for (const LayerStats& layer : recorded.layers) {
      const std::vector<float> counts = layer.activation.non_finite();
      if (i >= counts.size() || !(counts[i] > 0)) continue;
      const std::int64_t batch = recorded.points[i].step + 1;
      return Finding{.severity = Severity::problem,
                     .says = fmt::format("{} has activations that are not finite since batch {}",
                                         layer_text(layer), batch),
                     .probability = 1,
                     .layer = layer.info.name,
                     .first_batch = batch};
    }
  }
  return std::nullopt;
}

}  // namespace

void register_not_finite(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "not-finite",
                .title = "A layer puts out values that are not finite",
                .meaning = "The first layer with such values shows where the numbers overflowed. The "
                           "cause is usually a learning rate that is too high.",
                .explains = symptoms::all_of({{"diverged"}, symptoms::results()})},
       .needs = {Need::layers},
       .find = values_not_finite});
}

}  // namespace lehr::diagnosis
