#include <fmt/format.h>

#include <cmath>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Of the input's values in the first batch. UMLAUT (Schoop et al. 2021) warns outside [-1, 1].
constexpr double large_std = 5;
constexpr double small_std = 0.1;
constexpr double large_mean = 3;  ///< times the std

std::optional<Finding> unnormalised(const Facts& facts) {
  const double mean = facts.measured("input_mean").value_or(0);
  const double std = facts.measured("input_std").value_or(1);
  if (std == 0) return std::nullopt;  // constant input is another rule's
  const bool fine = std <= large_std && std >= small_std && std::abs(mean) <= large_mean * std;
  if (fine) return std::nullopt;
  Finding finding{.severity = std > large_std ? Severity::problem : Severity::warning,
                  .says = fmt::format("the network's input has mean {:.3g} and std {:.3g}", mean, std),
                  .probability = 0.9,
                  .first_batch = 1};
  finding.evidence.push_back({"std of the input", fmt::format("{:.3g}", std), "about 1"});
  finding.evidence.push_back({"mean of the input", fmt::format("{:.3g}", mean), "about 0"});
  finding.cure.text =
      "normalise once, with mean and std of the training set: lehr does so if the data set gives "
      "pictures and the preprocessing has no mean and std of its own";
  return finding;
}

}  // namespace

void register_input_not_normalised(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "input-not-normalised",
                .title = "The input is not normalised, or twice",
                .meaning = "Initial weights and learning rates are made for inputs with mean 0 and std 1. "
                           "Pixels from 0 to 255 make the first activations a hundred times too large; "
                           "input that was normalised twice is almost constant.",
                .explains = symptoms::everything()},
       .needs = {Need::start},
       .find = unnormalised});
}

}  // namespace lehr::diagnosis
