#include "run/width_rules.hpp"

#include <array>
#include <numbers>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/run/option_text.hpp"

namespace lehr::run {
namespace {

constexpr std::array<std::pair<const char*, double>, 4> rules{
    {{"keep", 1}, {"sqrt2", std::numbers::sqrt2}, {"double", 2}, {"quadruple", 4}}};

}  // namespace

std::vector<std::string> width_rule_names() {
  std::vector<std::string> names;
  for (const auto& rule : rules) names.emplace_back(rule.first);
  return names;
}

double width_factor(const std::string& option, const std::string& rule) {
  for (const auto& [name, factor] : rules) {
    if (rule == name) return factor;
  }
  try {
    if (const double factor = parse_real(option, rule, {}); factor > 0) return factor;
  } catch (const BadInput&) {  // NOLINT(bugprone-empty-catch)
  }
  refuse_value(option, "keep, sqrt2, double, quadruple or a factor above 0", rule);
}

}  // namespace lehr::run
