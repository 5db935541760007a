#include "stats_text.hpp"

#include <fmt/format.h>

#include "lehr/core/number_text.hpp"
#include "lehr/report/text.hpp"

namespace lehr::cli {
namespace {

/// "recorded 1 batch in 7 to stay under 5 %". Empty if all batches that --stats-every selects were
/// recorded.
std::string recorded_text(const ActivationStats& stats) {
  if (stats.budget() == 0 || stats.records() == 0 || stats.records() == stats.batches()) return "";
  const double interval = static_cast<double>(stats.batches()) / static_cast<double>(stats.records());
  const std::string what = interval < 1.5 ? fmt::format("{} of {} batches", stats.records(), stats.batches())
                                          : fmt::format("1 batch in {:.0f}", interval);
  return fmt::format("recorded {} to stay under {:.3g} %", what, 100 * stats.budget());
}

}  // namespace

std::string stats_text(const ActivationStats& stats, std::size_t columns) {
  const std::string layers = report::layers_text(stats.layers(), stats.points(), columns);
  if (layers.empty()) return "";
  std::string text = layers + fmt::format("\nstatistics of {} at {} took {:.1f} % of the training time",
                                          counted(stats.layers().size(), "layer"),
                                          counted(stats.points().size(), "batch"), 100 * stats.overhead());
  if (const std::string recorded = recorded_text(stats); !recorded.empty()) text += "; " + recorded;
  return text + "\n";
}

}  // namespace lehr::cli
