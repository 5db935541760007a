#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr std::int64_t samples_needed = 5;  ///< of the class in the validation set
constexpr double hardly_said = 0.5;         ///< accuracy of a rare class over that of all samples
constexpr double rare_share = 0.2;          ///< share of the mean number of training samples of a class

/// Training samples of the class over those of an average class; 1 if they are unknown.
double train_share(const Facts& facts, std::size_t one) {
  const std::vector<std::int64_t>& train = facts.run().class_counts;
  double sum = 0;
  for (const std::int64_t count : train) sum += static_cast<double>(count);
  if (train.size() != facts.classes() || sum == 0) return 1;
  return static_cast<double>(train[one]) * static_cast<double>(train.size()) / sum;
}

std::optional<Finding> unsaid(const Facts& facts) {
  const std::size_t classes = facts.classes();
  const std::vector<std::int64_t>& counts = facts.run().confusion->counts;
  if (classes < 2 || counts.size() != classes * classes) return std::nullopt;
  std::vector<std::size_t> found;
  double right = 0;
  double all = 0;
  for (std::size_t one = 0; one < classes; ++one) right += static_cast<double>(counts[one * classes + one]);
  for (const std::int64_t count : counts) all += static_cast<double>(count);
  for (std::size_t one = 0; one < classes; ++one) {
    std::int64_t said = 0;
    std::int64_t samples = 0;
    for (std::size_t other = 0; other < classes; ++other) {
      said += counts[other * classes + one];
      samples += counts[one * classes + other];
    }
    const auto recall = static_cast<double>(counts[one * classes + one]) / static_cast<double>(samples);
    const bool hardly = train_share(facts, one) < rare_share && recall < hardly_said * right / all;
    if ((said == 0 || hardly) && samples >= samples_needed) found.push_back(one);
  }
  if (found.empty() || 2 * found.size() > classes) return std::nullopt;  // then it guesses
  const double share = train_share(facts, found.front());
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("{} of {} classes are never or hardly ever predicted, first {}{}", found.size(),
                          classes, printable(facts.run().info.classes[found.front()], 40),
                          share < rare_share
                              ? fmt::format(", which has {} of the training samples of an average class",
                                            percent_text(share, 0))
                              : std::string()),
      .probability = 0.8};
  finding.evidence.push_back({"training samples of the class over those of an average class",
                              percent_text(share, 0), "at least " + percent_text(rare_share, 0)});
  finding.cure = {.text = share < rare_share ? "balance the classes, or add pictures of the rare one"
                                             : "train longer, or look at the pictures of the class",
                  .settings = {}};
  if (share < rare_share) finding.cure.settings = {{"balance", "sampler"}};
  return finding;
}

}  // namespace

void register_class_never_predicted(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "class-never-predicted",
                .title = "A class is never predicted",
                .meaning = "The class is so rare in the training set, or so like another one, that the "
                           "network gains more by never saying it. The accuracy hides this.",
                .explains = {}},
       .needs = {Need::confusion, Need::end},
       .find = unsaid});
}

}  // namespace lehr::diagnosis
