#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double shrunk_norm = 0.4;  ///< norm of the weights, late over early
constexpr double strong_shrink =
    2.5;  ///< sum of rate times decay over all steps: weights shrink by exp of it
constexpr double strong_l1 = 1e-3;
constexpr double strong_l2 = 0.01;  ///< as part of the gradient; usual values are 1e-4 to 1e-3

/// How many times the decay alone would shrink the weights, as a logarithm.
double shrinking(const Facts& facts, double decay) {
  double sum = 0;
  for (const store::StepRow& batch : facts.batches()) sum += batch.lr * decay;
  return sum;
}

/// The median over layers of the norm of the weights, at the end over that at the start; NaN if unknown.
double change_of_norms(const Facts& facts) {
  std::vector<double> ratios;
  for (const LayerStats& layer : facts.layers()) {
    const double ratio = facts.late(layer.weight.norm()) / facts.early(layer.weight.norm());
    if (std::isfinite(ratio)) ratios.push_back(ratio);
  }
  if (ratios.empty()) return std::nan("");
  std::ranges::sort(ratios);
  return ratios[ratios.size() / 2];
}

std::optional<Finding> strong_decay(const Facts& facts) {
  const double l2 = facts.number("weight-decay").value_or(0);
  const double decoupled = facts.number("decoupled-weight-decay").value_or(0);
  const double l1 = facts.number("l1").value_or(0);
  if (l2 <= 0 && decoupled <= 0 && l1 <= 0) return std::nullopt;
  const LossShape shape = loss_shape(facts);
  const double change = change_of_norms(facts);
  const double shrink = shrinking(facts, decoupled);
  const bool decays = shrink > strong_shrink || l2 >= strong_l2 || l1 >= strong_l1;
  if (!decays || (!std::isnan(change) && change > shrunk_norm && shape.fell_by(0.5)) || shape.fell_by(0.85)) {
    return std::nullopt;
  }
  const bool by_l1 = l1 >= strong_l1;
  const char* key = by_l1 ? "l1" : l2 > 0 ? "weight-decay" : "decoupled-weight-decay";
  const double decay = by_l1 ? l1 : l2 > 0 ? l2 : decoupled;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format(
          "{} of {:.2g} {}, and the loss ends at {:.3g}", by_l1 ? "an L1 penalty" : "a weight decay", decay,
          std::isnan(change) ? std::string("is strong for these rates")
                             : fmt::format("changes the norm of the weights by a factor of {:.2g}", change),
          shape.end),
      .probability = 0.8};
  finding.evidence.push_back({"norm of the weights, end over start (median layer)",
                              fmt::format("{:.2g}", change), fmt::format("above {}", shrunk_norm)});
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "lower the weight decay", .settings = {{key, fmt::format("{:.1g}", decay / 100)}}};
  return finding;
}

}  // namespace

void register_weight_decay_too_strong(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "weight-decay-too-strong",
                .title = "Weight decay is too strong",
                .meaning = "It shrinks the weights faster than the loss can grow them, so the network stays "
                           "near zero and says about the same for every image.",
                .explains = symptoms::all_of(
                    {{"rate-too-low", "rate-too-high"}, symptoms::layers(), symptoms::results()})},
       .needs = {Need::batches, Need::end},
       .find = strong_decay});
}

}  // namespace lehr::diagnosis
