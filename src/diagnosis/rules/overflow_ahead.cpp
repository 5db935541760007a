#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double huge_activation = 1e4;  ///< the largest activation at the end; half precision ends at 65,504
constexpr double activation_growth = 10;  ///< over the largest one at the start

std::optional<Finding> growing(const Facts& facts) {
  for (const LayerStats& layer : facts.layers()) {
    const std::vector<float> largest = layer.activation.max();
    const double late = facts.late(largest);
    const double early = facts.early(largest);
    if (!(late > huge_activation) || !(late > activation_growth * early)) continue;
    Finding finding{.severity = Severity::problem,
                    .says = fmt::format("the largest activation of {} grew from {:.2g} to {:.2g}",
                                        layer_text(layer), early, late),
                    .probability = 0.8,
                    .layer = layer.info.name};
    finding.chart = chart_of(facts, "largest activation, " + layer_text(layer), largest);
    finding.cure = {.text = "lower the rate, clip the gradient, or use weight decay",
                    .settings = {{"clip-norm", "1"}}};
    return finding;
  }
  return std::nullopt;
}

}  // namespace

void register_overflow_ahead(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "overflow-ahead",
                .title = "Values grow towards overflow",
                .meaning = "Activations grow by orders of magnitude during the training. If it goes on, they "
                           "overflow, in half precision soon.",
                .explains = symptoms::overflow()},
       .needs = {Need::layers},
       .find = growing});
}

}  // namespace lehr::diagnosis
