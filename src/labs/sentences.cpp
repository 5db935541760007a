#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "labs/evidence.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/study/summary.hpp"
#include "lehr/study/trend.hpp"

namespace lehr::labs {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// "0.50 points (0.31 to 0.72)" for the lead of the best over another.
std::string lead_text(const study::Comparison& comparison, const StudyMeasure& measure) {
  const double factor = measure.unit == "%" ? 100 : 1;
  const double low = std::min(std::abs(comparison.interval.low), std::abs(comparison.interval.high));
  const double high = std::max(std::abs(comparison.interval.low), std::abs(comparison.interval.high));
  const std::string unit = measure.unit == "%" ? " points" : measure.unit.empty() ? "" : " " + measure.unit;
  return fmt::format("{:.3g}{} ({:.3g} to {:.3g})", factor * std::abs(comparison.effect), unit, factor * low,
                     factor * high);
}

}  // namespace

std::string best_sentence(const StudyResult& result, const StudyMeasure& measure, const std::string& when) {
  const std::vector<study::Variant> variants = variants_of(result, measure.name);
  const std::string quantity = label_of(measure);
  const std::optional<study::Best> best =
      study::best_of(variants, {.higher_is_better = measure.higher_is_better});
  if (!best) return when + ": no variant learned with two seeds or more, so none can be called the best.";
  const std::string& winner = variants[best->best].name;
  const study::Rate failed_of_winner = study::failure_rate(variants[best->best]);
  std::string text =
      fmt::format("{}: {} has the best {} ({}{}).", when, study::shown_name(winner), quantity,
                  mean_text(measure, study::summarise(variants[best->best])),
                  failed_of_winner.count == 0 ? ""
                                              : fmt::format("; {} of {} failed", failed_of_winner.count,
                                                            counted(failed_of_winner.of, "training")));
  std::vector<std::string> equal;
  std::vector<std::string> failed;
  for (const std::size_t index : best->not_told_apart) {
    (study::summarise(variants[index]).n > 0 ? equal : failed)
        .push_back(study::shown_name(variants[index].name));
  }
  if (!equal.empty()) {
    text +=
        fmt::format(" {} cannot tell it from {}.", counted(result.spec.seeds.size(), "seed"), joined(equal));
  }
  std::vector<std::string> worse;
  for (const study::Comparison& comparison : best->comparisons) {
    const std::string other = study::shown_name(comparison.a == winner ? comparison.b : comparison.a);
    if (contains(equal, other) || contains(failed, other)) continue;
    worse.push_back(other + " by " + lead_text(comparison, measure));
  }
  if (!worse.empty()) text += " It beats " + joined(worse) + ".";
  if (!failed.empty()) text += " All trainings of " + joined(failed) + " failed there.";
  return text;
}

Section outcome_section(const std::string& title, const StudyResult& result,
                        const std::vector<StudyMeasure>& measures, const std::string& caption) {
  Section section{title, {}};
  section.blocks.push_back(outcome_table(result, measures, "Mean ± standard deviation over the seeds."));
  section.blocks.push_back(outcome_figure(result, measures.front(),
                                          "The " + label_of(measures.front()) + " of each variant", caption));
  section.blocks.push_back(Bullets{verdicts(result, measures.front())});
  return section;
}

std::vector<Section> protocol_sections(const std::string& title, const StudyResult& result,
                                       const std::string& lr, const std::vector<StudyMeasure>& measures) {
  std::vector<Section> sections;
  sections.push_back(outcome_section(title + ", the rate fixed at " + lr, only(result, "lr", lr), measures));
  const Tuned best = tuned(result, "lr", measures.front());
  sections.push_back(outcome_section(title + ", the rate tuned for each variant", best.result, measures));
  std::vector<std::string> rates;
  for (std::size_t i = 0; i < best.chosen.size(); ++i) {
    rates.push_back(best.result.spec.variants[i].name + ": " + best.chosen[i]);
  }
  sections.back().blocks.push_back(
      Paragraph{"The rate of each seed is the one with the best mean over the other seeds, so that no "
                "variant profits from a lucky choice. Most frequent rates: " +
                joined(rates) + "."});
  return sections;
}

}  // namespace lehr::labs
