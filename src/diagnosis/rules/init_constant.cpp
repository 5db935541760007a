#include <fmt/format.h>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> equal_weights(const Facts& facts) {
  const double constant = facts.measured("init_constant").value_or(0);
  if (constant < 1) return std::nullopt;
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("all initial weights of {} are equal",
                                      counted(static_cast<std::int64_t>(constant), "layer")),
                  .probability = 0.9,
                  .first_batch = 1};
  finding.cure = {.text = "use random initial weights",
                  .settings = {{"init", "kaiming-normal"}, {"init-gain", "1"}}};
  return finding;
}

}  // namespace

void register_init_constant(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "init-constant",
                .title = "The initial weights of a layer are all equal",
                .meaning = "All its channels compute the same and get the same gradient, so they stay equal. "
                           "If the weights are 0, no gradient passes the layer at all.",
                .explains = symptoms::everything()},
       .needs = {Need::start},
       .find = equal_weights});
}

}  // namespace lehr::diagnosis
