#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double cycle_factor = 3;        ///< between a low and the next high of the loss
constexpr std::int64_t least_cycles = 2;  ///< how many times it rose and fell

/// How often the loss went from a low to `cycle_factor` times it and back.
std::int64_t rises(const std::vector<double>& losses, double least_high) {
  std::int64_t count = 0;
  double low = losses.front();
  double high = 0;
  bool up = false;
  for (const double loss : losses) {
    if (!up) {
      low = std::min(low, loss);
      if (loss > cycle_factor * low && loss > least_high) {
        up = true;
        high = loss;
      }
    } else {
      high = std::max(high, loss);
      if (loss < high / cycle_factor) {
        ++count;
        up = false;
        low = loss;
      }
    }
  }
  return count + (up ? 1 : 0);
}

std::optional<Finding> cycles_of(const Facts& facts) {
  const LossShape shape = loss_shape(facts);
  const std::int64_t found = rises(facts.smoothed(), std::max(0.5 * shape.first, 0.3 * facts.chance_loss()));
  if (found < least_cycles) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("the loss rose to {} times its low and fell again {} times", cycle_factor, found),
      .probability = 0.9};
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "lower the rate, warm up, or use batch norm",
                  .settings = {{"lr", rate_text(peak_rate(facts) / 5)}}};
  return finding;
}

}  // namespace

void register_rise_and_collapse(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "rise-and-collapse",
                .title = "The training rises and collapses again and again",
                .meaning = "Activations grow until a step throws them to zero, and the network begins anew. "
                           "Howard and Gugger (2020, chapter 13) show it as stripes in the histograms of "
                           "activations. The rate is too high for the initial weights.",
                .explains = symptoms::all_of(
                    {{"rate-too-high-late", "no-warm-up"}, symptoms::layers(), symptoms::results()})},
       .needs = {Need::batches},
       .find = cycles_of});
}

}  // namespace lehr::diagnosis
