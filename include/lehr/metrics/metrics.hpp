#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/metrics/metric.hpp"

/// Classification metrics with scikit-learn's definitions. The predicted class is the one with the highest
/// score; among equal scores, the first. A sample with a NaN score has no prediction and counts as wrong.
namespace lehr {

/// Share of samples whose true class is among the k highest scores. Among equal scores, the true class counts
/// as the last. k = 1 is the accuracy.
class TopKAccuracy final : public Metric {
 public:
  /// Throws BadInput if k < 1.
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

/// Counts how often each class was predicted for each class. The value is the accuracy.
class ConfusionMatrix final : public Metric {
 public:
  std::string name() const override { return "accuracy"; }
  void start(std::int64_t classes) override;
  void add(const ScoredBatch& batch) override;
  double value() const override;

  std::int64_t classes() const { return classes_; }
  // Functions that take a class throw BadInput if there is no such class.

  /// Samples of class `truth` with prediction `predicted`.
  std::int64_t count(std::int64_t truth, std::int64_t predicted) const;
  /// Samples of a class, including those without a prediction.
  std::int64_t of_class(std::int64_t truth) const;
  /// Samples for which the class was predicted.
  std::int64_t taken_for(std::int64_t predicted) const;
  /// Of one class; 0 if the denominator is 0 (zero_division = 0).
  double precision(std::int64_t of) const;
  double recall(std::int64_t of) const;
  double f1(std::int64_t of) const;
  /// The mean recall of the classes that have samples; NaN without samples.
  double balanced_accuracy() const;

  struct Confusion {
    std::int64_t truth = 0;
    std::int64_t predicted = 0;
    std::int64_t count = 0;
  };
  /// Pairs of different classes with at least `least` samples, the most frequent first. Source: fastai.
  std::vector<Confusion> most_confused(std::int64_t least = 1) const;

 private:
  void check_class(std::int64_t one) const;

  std::int64_t classes_ = 0;
  std::vector<std::int64_t> counts_;
  std::vector<std::int64_t> truths_;
};

/// Share of samples whose prediction is wrong.
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

/// Mean over the classes that have samples of each class's share of right predictions, so that rare classes
/// count as much as frequent ones. Source: scikit-learn's balanced_accuracy_score.
class BalancedAccuracy final : public Metric {
 public:
  std::string name() const override { return "balanced_accuracy"; }
  void start(std::int64_t classes) override { matrix_.start(classes); }
  void add(const ScoredBatch& batch) override { matrix_.add(batch); }
  double value() const override { return matrix_.balanced_accuracy(); }

 private:
  ConfusionMatrix matrix_;
};

enum class Average {
  macro,  ///< the mean over the classes that occur as truth or as prediction
  micro   ///< computed from the counts of all classes together
};

/// The per-class score to average.
enum class ClassScore { precision, recall, f1 };

/// Precision, recall or F1, averaged over the classes.
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

/// Area under the ROC curve, computed by rank; ties count half. With two classes, it is that of class 1 by
/// the difference of the two scores. With more, it is the mean over the classes of each against the rest, by
/// probability. It is exact, so it stores a float for every sample and class. NaN if a class, or the rest of
/// some class, has no sample. Source: scikit-learn's roc_auc_score with multi_class "ovr" and average
/// "macro".
class Auroc final : public Metric {
 public:
  std::string name() const override { return "auroc"; }
  void start(std::int64_t classes) override;
  void add(const ScoredBatch& batch) override;
  double value() const override;
  /// Every class without a sample.
  std::vector<std::int64_t> missing_classes(std::span<const std::int64_t> samples_of_class) const override;
  /// The area of one class against the rest. Throws BadInput if there is no such class.
  double of_class(std::int64_t of) const;

 private:
  std::int64_t classes_ = 0;
  std::vector<float> probabilities_;  // (samples, classes), or (samples) of class 1
  std::vector<std::int64_t> targets_;
};

/// The metric with a name: "accuracy", "top_5_accuracy" (any k), "error_rate", "precision_macro", ...,
/// "cross_entropy", "auroc". Throws BadInput with the nearest name if it is unknown.
std::unique_ptr<Metric> metric_by_name(std::string_view name);
std::vector<std::string> metric_names();

}  // namespace lehr
