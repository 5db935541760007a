#include "report/class_results.hpp"

#include <algorithm>

namespace lehr::report {

double ClassResult::accuracy() const {
  return images > 0 ? static_cast<double>(right) / static_cast<double>(images) : 0;
}

std::vector<ClassResult> class_results(const store::RunRecords& run) {
  if (!run.confusion) return {};
  const std::size_t count = run.info.classes.size();
  std::vector<ClassResult> classes(count);
  for (std::size_t truth = 0; truth < count; ++truth) {
    classes[truth].number = truth;
    classes[truth].right = run.confusion->counts[truth * count + truth];
    for (std::size_t predicted = 0; predicted < count; ++predicted) {
      const std::int64_t images = run.confusion->counts[truth * count + predicted];
      classes[truth].images += images;
      classes[predicted].predicted += images;
    }
  }
  return classes;
}

std::vector<ClassResult> worst_first(std::vector<ClassResult> classes) {
  std::erase_if(classes, [](const ClassResult& one) { return one.images == 0; });
  std::ranges::stable_sort(classes, [](const ClassResult& a, const ClassResult& b) {
    return a.accuracy() != b.accuracy() ? a.accuracy() < b.accuracy() : a.images > b.images;
  });
  return classes;
}

std::optional<double> balanced_accuracy(const std::vector<ClassResult>& classes) {
  double sum = 0;
  double occurring = 0;
  for (const ClassResult& one : classes) {
    if (one.images == 0) continue;
    sum += one.accuracy();
    ++occurring;
  }
  return occurring > 0 ? std::optional(sum / occurring) : std::nullopt;
}

std::vector<ConfusedPair> confused_pairs(const store::RunRecords& run) {
  std::vector<ConfusedPair> pairs;
  if (!run.confusion) return pairs;
  const std::size_t classes = run.info.classes.size();
  for (std::size_t truth = 0; truth < classes; ++truth) {
    for (std::size_t predicted = 0; predicted < classes; ++predicted) {
      const std::int64_t images = run.confusion->counts[truth * classes + predicted];
      if (truth != predicted && images > 0) pairs.push_back({truth, predicted, images});
    }
  }
  std::ranges::stable_sort(pairs, std::ranges::greater(), &ConfusedPair::images);
  return pairs;
}

}  // namespace lehr::report
