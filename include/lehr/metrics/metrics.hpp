#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/metrics/metric.hpp"

/// Metrics of classification, with scikit-learn's definitions. The predicted class is that with the highest
/// score, the first of equal ones; a row of scores with NaN in it predicts nothing and counts as wrong.
namespace lehr {

/// Share of samples whose true class is among the k with the highest scores; of equal scores the true one
/// comes last. accuracy is the one of k = 1.
class TopKAccuracy final : public Metric {
 public:
  /// Throws BadInput where k < 1.
  explicit TopKAccuracy(std::int64_t k);
  std::string name() const override;
  void start(std::int64_t classes) override;
  void add(const ScoredBatch& batch) override;
  double value() const override;

 private:
  std::int64_t k_;
  std::int64_t classes_ = 0;
  std::int64_t hits_ = 0;
  std::int64_t samples_ = 0;
};

/// How often a class was taken for another; its value is the accuracy.
class ConfusionMatrix final : public Metric {
 public:
  std::string name() const override { return "accuracy"; }
  void start(std::int64_t classes) override;
  void add(const ScoredBatch& batch) override;
  double value() const override;

  std::int64_t classes() const { return classes_; }
  // All that take a class throw BadInput if there is no such class.

  /// Samples of class `truth` that were taken for class `predicted`.
  std::int64_t count(std::int64_t truth, std::int64_t predicted) const;
  /// Samples of a class, those that predict nothing included.
  std::int64_t of_class(std::int64_t truth) const;
  /// Samples taken for a class.
  std::int64_t taken_for(std::int64_t predicted) const;
  /// Of one class; 0 where the denominator is (zero_division = 0).
  double precision(std::int64_t of) const;
  double recall(std::int64_t of) const;
  double f1(std::int64_t of) const;

  struct Confusion {
    std::int64_t truth = 0;
    std::int64_t predicted = 0;
    std::int64_t count = 0;
  };
  /// Pairs of different classes, the most frequent first, those at least so often. Source: fastai.
  std::vector<Confusion> most_confused(std::int64_t least = 1) const;

 private:
  void check_class(std::int64_t one) const;

  std::int64_t classes_ = 0;
  std::vector<std::int64_t> counts_;
  std::vector<std::int64_t> truths_;
};

/// Share of samples that are wrong.
class ErrorRate final : public Metric {
 public:
  std::string name() const override { return "error_rate"; }
  bool higher_is_better() const override { return false; }
  void start(std::int64_t classes) override { matrix_.start(classes); }
  void add(const ScoredBatch& batch) override { matrix_.add(batch); }
  double value() const override { return 1 - matrix_.value(); }

 private:
  ConfusionMatrix matrix_;
};

enum class Average {
  macro,  ///< the mean of the classes' values that occur, as truth or as prediction
  micro   ///< of all classes' counts together
};

/// What a class-wise number is averaged to.
enum class ClassScore { precision, recall, f1 };

/// Precision, recall or F1.
class AveragedScore final : public Metric {
 public:
  AveragedScore(ClassScore score, Average average) : score_(score), average_(average) {}
  std::string name() const override;  ///< "f1_macro"
  void start(std::int64_t classes) override { matrix_.start(classes); }
  void add(const ScoredBatch& batch) override { matrix_.add(batch); }
  double value() const override;

 private:
  double of_class(std::int64_t of) const;
  double macro() const;
  double micro() const;

  ClassScore score_;
  Average average_;
  ConfusionMatrix matrix_;
};

/// Mean cross entropy of the scores, without label smoothing or class weights.
class CrossEntropyLoss final : public Metric {
 public:
  std::string name() const override { return "cross_entropy"; }
  bool higher_is_better() const override { return false; }
  void start(std::int64_t classes) override;
  void add(const ScoredBatch& batch) override;
  double value() const override;

 private:
  double sum_ = 0;
  std::int64_t samples_ = 0;
  std::int64_t classes_ = 0;
};

/// Area under the ROC curve by rank, ties counted half: of class 1 by the difference of the two scores where
/// there are two classes, else the mean over the classes of each against the rest by its probability. Exact,
/// so it keeps a float for every sample and class. NaN if a class, or all the rest, has no sample. Source:
/// scikit-learn's roc_auc_score with multi_class "ovr" and average "macro".
class Auroc final : public Metric {
 public:
  std::string name() const override { return "auroc"; }
  void start(std::int64_t classes) override;
  void add(const ScoredBatch& batch) override;
  double value() const override;
  /// Every class without a sample.
  std::vector<std::int64_t> missing_classes(std::span<const std::int64_t> samples_of_class) const override;
  /// Of one class against the rest. Throws BadInput if there is no such class.
  double of_class(std::int64_t of) const;

 private:
  std::int64_t classes_ = 0;
  std::vector<float> probabilities_;  // (samples, classes), or (samples) of class 1
  std::vector<std::int64_t> targets_;
};

/// A metric by its name: "accuracy", "top_5_accuracy" (any k), "error_rate", "precision_macro", ...,
/// "cross_entropy", "auroc". Throws BadInput with the nearest name.
std::unique_ptr<Metric> metric_by_name(std::string_view name);
std::vector<std::string> metric_names();

}  // namespace lehr
