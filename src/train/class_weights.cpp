#include "train/class_weights.hpp"

#include <fmt/format.h>

#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

double to_single(double weight) { return static_cast<double>(static_cast<float>(weight)); }

/// `"8" and "9"` or `"0", "1", "2" and 4 more`
std::string weighted_classes(std::span<const std::string> names, std::span<const double> class_weights) {
  constexpr int max_named = 5;
  std::string text;
  int named = 0;
  int left = 0;
  for (std::size_t c = 0; c < class_weights.size() && c < names.size(); ++c) {
    if (!(to_single(class_weights[c]) > 0)) continue;
    if (named == max_named) {
      ++left;
      continue;
    }
    text += (named == 0 ? "" : ", ") + in_quotes(names[c]);
    ++named;
  }
  return left > 0 ? text + fmt::format(" and {} more", left) : text;
}

}  // namespace

double loss_weight(const Batch& batch, std::span<const double> class_weights) {
  if (class_weights.empty()) return static_cast<double>(batch.size);
  double weight = 0;
  for (std::int64_t n = 0; n < batch.size; ++n) {
    if (batch.soft_targets == nullptr) {
      weight += to_single(class_weights[static_cast<std::size_t>(batch.targets[n])]);
      continue;
    }
    const float* const shares = batch.soft_targets + n * std::ssize(class_weights);
    for (std::size_t c = 0; c < class_weights.size(); ++c) {
      weight += to_single(class_weights[c]) * static_cast<double>(shares[c]);
    }
  }
  return weight;
}

void check_has_weight(const Dataset& dataset, std::span<const double> class_weights, std::string_view set) {
  if (class_weights.empty()) return;
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const std::int64_t label = dataset.label(i);
    if (label < 0 || label >= std::ssize(class_weights)) continue;  // reported when the sample is used
    if (to_single(class_weights[static_cast<std::size_t>(label)]) > 0) return;
  }
  const std::string weighted = weighted_classes(dataset.class_names(), class_weights);
  const std::string only = weighted.empty() ? "no class weight is above 0"
                                            : "the class weights are above 0 for " + weighted + " only";
  throw BadInput(fmt::format(
      "the {} has no sample of a class with a weight above 0, so its loss is undefined: {}", set, only));
}

}  // namespace lehr
