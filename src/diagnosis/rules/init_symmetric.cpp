#include <fmt/format.h>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> equal_filters(const Facts& facts) {
  const double symmetric = facts.measured("init_symmetric").value_or(0);
  if (symmetric < 1) return std::nullopt;
  Finding finding{.severity = Severity::warning,
                  .says = fmt::format("{} filters that begin with equal weights",
                                      symmetric > 1 ? fmt::format("{:.0f} layers have", symmetric)
                                                    : std::string("a layer has")),
                  .probability = 0.85,
                  .first_batch = 1};
  finding.cure = {.text = "use random initial weights", .settings = {{"init", "kaiming-normal"}}};
  return finding;
}

}  // namespace

void register_init_symmetric(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "init-symmetric",
                .title = "Filters begin with equal weights",
                .meaning = "Filters that are equal and are read equally get equal gradients, so they stay "
                           "equal. The layer has fewer different filters than it pays for.",
                .explains = symptoms::all_of({symptoms::layers(), symptoms::results()})},
       .needs = {Need::start},
       .find = equal_filters});
}

}  // namespace lehr::diagnosis
