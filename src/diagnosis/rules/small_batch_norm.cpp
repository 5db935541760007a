#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/rules.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr::diagnosis {
namespace {

constexpr std::int64_t tiny_norm_batch = 4;
constexpr std::int64_t small_batch = 8;

bool has_batch_norm(const Facts& facts) {
  if (facts.option("batch-norm") == "true") return true;
  const auto named = [](const auto& layer) { return layer.type.find("batch_norm") != std::string::npos; };
  if (std::ranges::any_of(facts.run().layers, named)) return true;
  if (!facts.has(Need::graph)) return false;
  return std::ranges::any_of(facts.graph().nodes(),
                             [](const Node& node) { return node.op && node.op->type() == "batch_norm"; });
}

std::optional<Finding> small_batches(const Facts& facts) {
  const std::int64_t size = facts.run().info.batch_size;
  if (size <= 0 || size >= small_batch || !has_batch_norm(facts)) return std::nullopt;
  Finding finding{.severity = size < tiny_norm_batch ? Severity::warning : Severity::hint,
                  .says = fmt::format("batch norm measures mean and variance of {}",
                                      size == 1 ? "single images" : fmt::format("{} images", size)),
                  .probability = size < tiny_norm_batch ? 0.8 : 0.5};
  finding.evidence.push_back({"batch size", std::to_string(size), "at least 8, better 32"});
  finding.cure = {.text = "use larger batches, or a network without batch norm",
                  .settings = {{"batch-size", "32"}}};
  return finding;
}

}  // namespace

void register_small_batch_norm(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "small-batch-norm",
                .title = "Batches are too small for batch norm",
                .meaning = "Mean and variance of a few images are so noisy that training and evaluation "
                           "see different networks.",
                .explains = {"rate-too-low", "updates-too-small", "batch-norm-mismatch", "underfitting",
                             "accuracy-at-chance", "last-not-best", "class-never-predicted",
                             "rate-not-annealed", "updates-too-large"}},
       .needs = {Need::batches},
       .find = small_batches});
}

}  // namespace lehr::diagnosis
