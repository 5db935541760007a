#include "diagnosis/std_findings.hpp"

#include <fmt/format.h>

namespace lehr::diagnosis {
namespace {

void add_stds(Finding& finding, const std::vector<OfLayer>& stds, const std::string& what,
              const std::string& limit) {
  for (const OfLayer& one : stds) {
    finding.evidence.push_back(
        {what + ", " + layer_text(*one.layer), fmt::format("{:.2g}", one.value), limit});
  }
}

EvidenceChart chart_of_std(const Facts& facts, const LayerStats& layer) {
  return chart_of(facts, "std, " + layer_text(layer), layer.std());
}

}  // namespace

Finding finding_at_start(const Facts& facts, const std::vector<OfLayer>& found, const std::string& what,
                         bool gain_is_wrong) {
  const OfLayer& first = found.front();
  Finding finding{.severity = Severity::warning,
                  .says = fmt::format("at the start {}: its activations have a std of {:.2g}",
                                      layers_are(facts, found, what), first.value),
                  .probability = 0.8,
                  .layer = first.layer->info.name,
                  .first_batch = 1};
  add_stds(finding, stds(facts, &Facts::first), "std of activations at the start", "0.5 to 2");
  finding.chart = chart_of_std(facts, *first.layer);
  finding.cure.text = "use Kaiming's initial weights, LSUV, or batch norm";
  finding.cure.settings.emplace_back(gain_is_wrong ? "init-gain" : "init", gain_is_wrong ? "1" : "lsuv");
  return finding;
}

std::optional<StdThroughDepth> std_through_depth(const Facts& facts) {
  const std::vector<OfLayer> all = stds(facts, &Facts::late);
  if (all.size() < 3) return std::nullopt;
  const OfLayer& last = all[all.size() - 2];
  return StdThroughDepth{all.front(), last, last.value / all.front().value};
}

Finding finding_through_depth(const Facts& facts, const StdThroughDepth& found, const std::string& what) {
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("{} from {:.2g} in {} to {:.2g} in {}", what, found.first.value,
                          layer_text(*found.first.layer), found.last.value, layer_text(*found.last.layer)),
      .probability = 0.85,
      .layer = found.last.layer->info.name};
  add_stds(finding, stds(facts, &Facts::late), "std of activations", "of one order through the depth");
  finding.chart = chart_of_std(facts, *found.last.layer);
  finding.cure = {.text = "use Kaiming's initial weights, batch norm, or LSUV",
                  .settings = {{"batch-norm", "true"}}};
  return finding;
}

}  // namespace lehr::diagnosis
