#include <fmt/format.h>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double by_heart_accuracy = 0.995;  ///< training accuracy
constexpr double heart_gap = 0.15;           ///< training accuracy minus validation accuracy
constexpr double many_parameters = 20;       ///< parameters for each training sample

std::optional<Finding> too_large_for_data(const Facts& facts) {
  double samples = 0;
  for (const std::int64_t count : facts.run().class_counts) samples += static_cast<double>(count);
  const store::EpochRow& last = last_epoch(facts);
  if (samples == 0 || !last.valid_accuracy) return std::nullopt;
  const double ratio = static_cast<double>(facts.run().info.parameters) / samples;
  const double gap = last.train_accuracy - *last.valid_accuracy;
  if (ratio < many_parameters || gap < heart_gap || last.train_accuracy < by_heart_accuracy)
    return std::nullopt;
  Finding finding{
      .severity = Severity::hint,
      .says = fmt::format("{} parameters for {:.0f} training samples: {} of the training set and {} of "
                          "the validation set are right",
                          facts.run().info.parameters, samples, percent_text(last.train_accuracy, 1),
                          percent_text(*last.valid_accuracy, 1)),
      .probability = 0.5};
  finding.evidence.push_back({"parameters for each training sample", fmt::format("{:.0f}", ratio),
                              fmt::format("below {}", many_parameters)});
  finding.cure = {.text = "use augmentation, more pictures, weight decay, or a smaller network"};
  return finding;
}

}  // namespace

void register_network_too_large(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "network-too-large",
                .title = "The network is large for so few samples",
                .meaning = "It knows every training picture by heart, and the validation accuracy is far "
                           "below. A large network is no fault if augmentation or weight decay keeps it "
                           "from this.",
                .explains = {}},
       .needs = {Need::batches, Need::validation},
       .find = too_large_for_data});
}

}  // namespace lehr::diagnosis
