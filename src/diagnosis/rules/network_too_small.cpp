#include <fmt/format.h>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double flat_loss = 0.05;     ///< relative fall of the loss in the second half of the training
constexpr double flat_of_few = 0.15;   ///< the same of a network of few parameters
constexpr double good_accuracy = 0.8;  ///< training accuracy that would be enough
constexpr double no_gap = 0.03;        ///< training accuracy minus validation accuracy
constexpr std::int64_t few_parameters = 3000;

std::optional<Finding> too_small(const Facts& facts) {
  const store::EpochRow& last = last_epoch(facts);
  const LossShape shape = loss_shape(facts);
  if (!last.valid_accuracy || facts.run().info.status != store::RunStatus::done) return std::nullopt;
  const bool few = facts.run().info.parameters < few_parameters;
  const bool stuck = shape.end > (1 - (few ? flat_of_few : flat_loss)) * shape.middle;
  const bool alike = last.train_accuracy - *last.valid_accuracy < no_gap;
  if (!shape.fell_by(0.15) || !stuck || !alike || last.train_accuracy > good_accuracy) return std::nullopt;
  Finding finding{.severity = few ? Severity::warning : Severity::hint,
                  .says = fmt::format("a network of {} parameters stays at a training accuracy of {}",
                                      facts.run().info.parameters, percent_text(last.train_accuracy, 1)),
                  .probability = few ? 0.7 : 0.4};
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "use more channels or layers", .settings = {{"widths", "double"}}};
  return finding;
}

}  // namespace

void register_network_too_small(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "network-too-small",
                .title = "The network is too small",
                .meaning = "It learned what it can and fits neither the training nor the validation set.",
                .explains = {"underfitting", "class-never-predicted"}},
       .needs = {Need::batches, Need::validation},
       .find = too_small});
}

}  // namespace lehr::diagnosis
