#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lehr/data/dataset.hpp"
#include "lehr/metrics/set_review.hpp"

namespace lehr::cli {

/// Tables of the classes with the lowest accuracy, the most confused pairs and the samples with the
/// highest loss, each with a title. Longer tables than a screen are cut, and their titles say so.
std::string as_text(const SetReview& review, const Dataset& dataset);

/// Adds `balanced_accuracy`, `classes` (all of them), `confused` (all pairs) and `worst` to an object.
void add_review(nlohmann::ordered_json& object, const SetReview& review, const Dataset& dataset);

}  // namespace lehr::cli
