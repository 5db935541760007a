#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double noticeable_wait = 0.15;  ///< share of the training time that waits for batches
constexpr double severe_wait = 0.3;

std::optional<Finding> waiting(const Facts& facts) {
  std::vector<double> shares;
  double seconds = 0;
  for (const store::EpochRow& epoch : facts.run().epochs) {
    if (const auto found = epoch.metrics.find("waiting_for_data"); found != epoch.metrics.end()) {
      shares.push_back(found->second);
      seconds += found->second * epoch.train_seconds;
    }
  }
  if (shares.empty()) return std::nullopt;
  std::ranges::sort(shares);
  const double typical = shares[shares.size() / 2];
  if (typical < noticeable_wait) return std::nullopt;
  Finding finding{.severity = typical < severe_wait ? Severity::hint : Severity::warning,
                  .says = fmt::format("the training waits for data for {} of its time, {:.3g} s in all",
                                      percent_text(typical, 0), seconds),
                  .probability = 0.95};
  finding.evidence.push_back({"share of the training time that waits for batches, median epoch",
                              percent_text(typical, 0), "below " + percent_text(noticeable_wait, 0)});
  finding.cure = {.text =
                      "keep decoded pictures (--cache-dir), use more workers, or decode smaller pictures"};
  return finding;
}

}  // namespace

void register_slow_loading(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "slow-loading",
                .title = "Loading the data is slower than computing",
                .meaning = "The processor waits for pictures to be read, decoded and augmented. It costs "
                           "time and no accuracy.",
                .explains = {}},
       .needs = {Need::batches},
       .find = waiting});
}

}  // namespace lehr::diagnosis
