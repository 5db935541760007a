#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lehr/store/run_records.hpp"

/// What the confusion matrix of a run says about its classes.
namespace lehr::report {

struct ClassResult {
  std::size_t number = 0;
  std::int64_t images = 0;     ///< of the class
  std::int64_t right = 0;      ///< of them, predicted as the class
  std::int64_t predicted = 0;  ///< images of any class that were predicted as this one

  /// The share of its images that are right. 0 without images.
  double accuracy() const;
};

/// By class. Empty without a confusion matrix.
std::vector<ClassResult> class_results(const store::RunRecords& run);
/// The classes that have images, the lowest accuracy first; among equals, the one with more images.
std::vector<ClassResult> worst_first(std::vector<ClassResult> classes);
/// The mean accuracy of the classes that have images. Empty if none has.
std::optional<double> balanced_accuracy(const std::vector<ClassResult>& classes);

struct ConfusedPair {
  std::size_t truth = 0;
  std::size_t predicted = 0;
  std::int64_t images = 0;
};
/// Pairs of different classes with images, the most frequent first.
std::vector<ConfusedPair> confused_pairs(const store::RunRecords& run);

}  // namespace lehr::report
