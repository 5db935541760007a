#include "review_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "output.hpp"
#include "text_table.hpp"

namespace lehr::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t longest_name = 40;

std::string name_of(const Dataset& dataset, std::int64_t number) {
  return printable(dataset.class_names()[static_cast<std::size_t>(number)], longest_name);
}

/// The classes that have samples, the lowest accuracy first; among equals, the one with more samples.
std::vector<std::int64_t> worst_classes(const ConfusionMatrix& matrix) {
  std::vector<std::int64_t> classes;
  for (std::int64_t c = 0; c < matrix.classes(); ++c) {
    if (matrix.of_class(c) > 0) classes.push_back(c);
  }
  std::ranges::stable_sort(classes, [&](std::int64_t a, std::int64_t b) {
    const double one = matrix.recall(a);
    const double other = matrix.recall(b);
    return one != other ? one < other : matrix.of_class(a) > matrix.of_class(b);
  });
  return classes;
}

/// "classes" or "classes, the 20 lowest of 1,000"
std::string title(const std::string& what, const std::string& order, std::size_t shown, std::size_t all) {
  if (shown == all) return what + "\n";
  return fmt::format("{}, the {} {} of {}\n", what, shown, order, grouped(static_cast<std::int64_t>(all)));
}

std::string class_table(const ConfusionMatrix& matrix, const Dataset& dataset) {
  constexpr std::size_t most = 20;
  const std::vector<std::int64_t> classes = worst_classes(matrix);
  const std::size_t shown = std::min(most, classes.size());
  Rows rows{{"class", "images", "accuracy", "precision", "f1"}};
  for (const std::int64_t c : std::span(classes).first(shown)) {
    rows.push_back({name_of(dataset, c), grouped(matrix.of_class(c)), percent_text(matrix.recall(c)),
                    matrix.taken_for(c) > 0 ? percent_text(matrix.precision(c)) : "-",
                    percent_text(matrix.f1(c))});
  }
  return title("classes", "with the lowest accuracy", shown, classes.size()) + table(rows);
}

std::string pair_table(const ConfusionMatrix& matrix, const Dataset& dataset) {
  constexpr std::size_t most = 10;
  const std::vector<ConfusionMatrix::Confusion> pairs = matrix.most_confused();
  if (pairs.empty()) return "";
  const std::size_t shown = std::min(most, pairs.size());
  Rows rows{{"true", "predicted", "images", "of the class"}};
  for (const ConfusionMatrix::Confusion& pair : std::span(pairs).first(shown)) {
    const auto of_class = static_cast<double>(matrix.of_class(pair.truth));
    rows.push_back({name_of(dataset, pair.truth), name_of(dataset, pair.predicted), grouped(pair.count),
                    percent_text(static_cast<double>(pair.count) / of_class)});
  }
  return "\n" + title("confused pairs", "most frequent", shown, pairs.size()) + table(rows);
}

std::string worst_table(const SetReview& review, const Dataset& dataset) {
  constexpr std::size_t most = 10;
  if (review.worst().empty()) return "";
  Rows rows{{"loss", "true", "predicted", "probability", "sample"}};
  for (const ReviewedSample& one : review.worst().first(std::min(most, review.worst().size()))) {
    const std::string origin = dataset.origin(one.sample);
    rows.push_back({loss_text(one.loss), name_of(dataset, one.truth), name_of(dataset, one.predicted),
                    percent_text(one.probability, 1),
                    fmt::format("{}{}", one.sample, origin.empty() ? "" : " " + printable(origin, 4000))});
  }
  return "\nimages with the highest loss\n" + table(rows);
}

}  // namespace

std::string as_text(const SetReview& review, const Dataset& dataset) {
  const ConfusionMatrix& matrix = review.confusion();
  return class_table(matrix, dataset) + pair_table(matrix, dataset) + worst_table(review, dataset);
}

void add_review(nlohmann::ordered_json& object, const SetReview& review, const Dataset& dataset) {
  const ConfusionMatrix& matrix = review.confusion();
  const auto name = [&](std::int64_t number) {
    return dataset.class_names()[static_cast<std::size_t>(number)];
  };
  object["balanced_accuracy"] = matrix.balanced_accuracy();
  object["classes"] = nlohmann::ordered_json::array();
  for (std::int64_t c = 0; c < matrix.classes(); ++c) {
    nlohmann::ordered_json one{{"class", name(c)}, {"samples", matrix.of_class(c)}};
    if (matrix.of_class(c) > 0) one["accuracy"] = matrix.recall(c);
    if (matrix.taken_for(c) > 0) one["precision"] = matrix.precision(c);
    one["f1"] = matrix.f1(c);
    object["classes"].push_back(std::move(one));
  }
  object["confused"] = nlohmann::ordered_json::array();
  for (const ConfusionMatrix::Confusion& pair : matrix.most_confused()) {
    object["confused"].push_back(
        {{"true", name(pair.truth)}, {"predicted", name(pair.predicted)}, {"samples", pair.count}});
  }
  object["worst"] = nlohmann::ordered_json::array();
  for (const ReviewedSample& one : review.worst()) {
    nlohmann::ordered_json row{{"sample", one.sample},
                               {"true", name(one.truth)},
                               {"predicted", name(one.predicted)},
                               {"probability", one.probability},
                               {"loss", one.loss}};
    if (const std::string origin = dataset.origin(one.sample); !origin.empty()) row["image"] = origin;
    object["worst"].push_back(std::move(row));
  }
}

}  // namespace lehr::cli
