#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_table.hpp"
#include "lehr/trial/trial.hpp"
#include "trial/trial_study.hpp"

namespace lehr::trial {
namespace {

using diagnosis::Finding;

/// Every cause, each before its symptoms.
std::vector<const Finding*> in_order(const std::vector<Finding>& findings) {
  std::vector<const Finding*> all;
  for (const Finding& one : findings) {
    all.push_back(&one);
    for (const Finding* symptom : in_order(one.symptoms)) all.push_back(symptom);
  }
  return all;
}

bool can_be_tried(const Finding& finding, const ConfigTable& table) {
  return std::ranges::any_of(finding.cure.settings, [&](const auto& setting) {
    return table.has(setting.first) && changes_training(table.field(setting.first));
  });
}

[[noreturn]] void throw_no_rule(std::string_view rule, const std::vector<const Finding*>& all) {
  std::vector<std::string> names;
  for (const Finding* one : all) names.push_back(one->rule.name);
  if (names.empty())
    throw BadInput("the run has no finding, so there is nothing of " + in_quotes(rule) + " to try");
  throw unknown_name("finding of this run", rule, names);
}

}  // namespace

const Finding& finding_to_try(const diagnosis::Findings& found, std::string_view rule) {
  const ConfigTable table = train_config_table();
  const std::vector<const Finding*> all = in_order(found.causes);
  if (rule.empty()) {
    const auto first =
        std::ranges::find_if(all, [&](const Finding* one) { return can_be_tried(*one, table); });
    if (first != all.end()) return **first;
    throw BadInput(all.empty()
                       ? "the run has no finding, so there is no cure to try; give one of your own"
                       : "no finding of the run has a cure that options can try; give one of your own");
  }
  const auto named = std::ranges::find_if(all, [&](const Finding* one) { return one->rule.name == rule; });
  if (named == all.end()) throw_no_rule(rule, all);
  if (can_be_tried(**named, table)) return **named;
  throw BadInput("the finding " + in_quotes(rule) +
                 " has no cure that options can try; give one of your own");
}

std::int64_t usual_batches(std::int64_t first_batch, std::int64_t batch_size) {
  constexpr std::int64_t least_pictures = 12'800;
  return std::max({Trial().batches, 2 * first_batch, least_pictures / batch_size});
}

std::string measure_of_rule(std::string_view rule) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 2> others{
      {{"overfitting", "valid_loss"}, {"slow-loading", "train_seconds"}}};
  const auto found = std::ranges::find(others, rule, &std::pair<std::string_view, std::string_view>::first);
  return found == others.end() ? std::string() : std::string(found->second);
}

std::vector<StudySetting> read_cure(std::string_view text, const ConfigTable& table) {
  std::vector<StudySetting> cure;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    const std::string_view part = text.substr(from, end - from);
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos && equals > 0) {
      cure.push_back({table.field(part.substr(0, equals)).key, std::string(part.substr(equals + 1))});
    } else if (!cure.empty()) {
      cure.back().text += "," + std::string(part);
    } else {
      throw BadInput("a cure is KEY=VALUE,KEY=VALUE, such as lr=0.01,batch-norm=true, found " +
                     in_quotes(text));
    }
    from = end + 1;
  }
  for (StudySetting& one : cure) one.text = value_text(table.field(one.key).read(one.text));
  return cure;
}

}  // namespace lehr::trial
