#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/metrics/metrics.hpp"
#include "metrics/metric_sums.hpp"
#include "metrics/soft_max.hpp"

namespace lehr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double mean(double sum, std::int64_t count) { return count > 0 ? sum / static_cast<double>(count) : nan; }

/// The area from the ranks of the positive samples (Mann and Whitney). Equal values share their mean rank.
double area(const std::vector<float>& values, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  double rank_sum = 0;
  double positives = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    double tied = 0;
    for (; end < order.size() && values[order[end]] == values[order[first]]; ++end)
      tied += positive[order[end]] ? 1 : 0;
    const double rank = (static_cast<double>(first + 1) + static_cast<double>(end)) / 2;
    rank_sum += tied * rank;
    positives += tied;
    first = end;
  }
  const double negatives = static_cast<double>(values.size()) - positives;
  if (positives == 0 || negatives == 0) return nan;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

std::map<std::string, std::function<std::unique_ptr<Metric>()>> makers() {
  std::map<std::string, std::function<std::unique_ptr<Metric>()>> all;
  all["accuracy"] = [] { return std::make_unique<ConfusionMatrix>(); };
  all["balanced_accuracy"] = [] { return std::make_unique<BalancedAccuracy>(); };
  all["error_rate"] = [] { return std::make_unique<ErrorRate>(); };
  all["top_5_accuracy"] = [] { return std::make_unique<TopKAccuracy>(5); };
  all["cross_entropy"] = [] { return std::make_unique<CrossEntropyLoss>(); };
  all["auroc"] = [] { return std::make_unique<Auroc>(); };
  for (const ClassScore score : {ClassScore::precision, ClassScore::recall, ClassScore::f1}) {
    for (const Average average : {Average::macro, Average::micro}) {
      all[AveragedScore(score, average).name()] = [=] {
        return std::make_unique<AveragedScore>(score, average);
      };
    }
  }
  return all;
}

/// The k of "top_k_accuracy"; 0 for other names.
std::int64_t top_k_of(std::string_view name) {
  constexpr std::string_view prefix = "top_";
  constexpr std::string_view suffix = "_accuracy";
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size())
    return 0;
  const std::string_view digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  std::int64_t k = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), k);
  return read.ec == std::errc() && read.ptr == digits.data() + digits.size() ? k : 0;
}

}  // namespace

TopKAccuracy::TopKAccuracy(std::int64_t k) : k_(k) {
  if (k < 1) throw BadInput("the k of top-k accuracy must be 1 or more, found " + std::to_string(k));
}

std::string TopKAccuracy::name() const { return "top_" + std::to_string(k_) + "_accuracy"; }

void TopKAccuracy::start(std::int64_t classes) {
  if (k_ > classes) {
    throw BadInput(name() + " needs at least " + counted(k_, "class") + ", found " + std::to_string(classes));
  }
  classes_ = classes;
  hits_ = 0;
  samples_ = 0;
}

void TopKAccuracy::add(const ScoredBatch& batch) {
  check_scored(batch, classes_);
  const auto width = static_cast<std::size_t>(batch.classes);
  for (std::size_t i = 0; i < batch.targets.size(); ++i) {
    const std::span<const float> scores = batch.scores.subspan(i * width, width);
    const float own = scores[static_cast<std::size_t>(batch.targets[i])];
    const bool broken = std::ranges::any_of(scores, [](float score) { return std::isnan(score); });
    const auto before = std::ranges::count_if(scores, [own](float score) { return score >= own; }) - 1;
    hits_ += !broken && before < k_ ? 1 : 0;
  }
  samples_ += static_cast<std::int64_t>(batch.targets.size());
}

double TopKAccuracy::value() const { return mean(static_cast<double>(hits_), samples_); }

void CrossEntropyLoss::start(std::int64_t classes) {
  classes_ = classes;
  sum_ = 0;
  samples_ = 0;
}

void CrossEntropyLoss::add(const ScoredBatch& batch) {
  check_scored(batch, classes_);
  const auto width = static_cast<std::size_t>(batch.classes);
  for (std::size_t i = 0; i < batch.targets.size(); ++i) {
    const std::span<const float> scores = batch.scores.subspan(i * width, width);
    sum_ += SoftMax(scores).cross_entropy(scores[static_cast<std::size_t>(batch.targets[i])]);
  }
  samples_ += static_cast<std::int64_t>(batch.targets.size());
}

double CrossEntropyLoss::value() const { return mean(sum_, samples_); }

void Auroc::start(std::int64_t classes) {
  if (classes < 2) throw BadInput("auroc needs at least 2 classes, found " + std::to_string(classes));
  classes_ = classes;
  probabilities_.clear();
  targets_.clear();
}

void Auroc::add(const ScoredBatch& batch) {
  check_scored(batch, classes_);
  const auto width = static_cast<std::size_t>(batch.classes);
  for (std::size_t i = 0; i < batch.targets.size(); ++i) {
    const std::span<const float> scores = batch.scores.subspan(i * width, width);
    if (classes_ == 2) {
      probabilities_.push_back(scores[1] - scores[0]);
    } else {
      const SoftMax of_sample(scores);
      for (const float score : scores) {
        probabilities_.push_back(static_cast<float>(of_sample.probability(score)));
      }
    }
  }
  targets_.insert(targets_.end(), batch.targets.begin(), batch.targets.end());
}

double Auroc::of_class(std::int64_t of) const {
  if (of < 0 || of >= classes_) {
    throw BadInput("there is no class " + std::to_string(of) + ": auroc is of " + std::to_string(classes_) +
                   " classes, counted from 0");
  }
  const std::size_t width = classes_ == 2 ? 1 : static_cast<std::size_t>(classes_);
  const std::size_t column = classes_ == 2 ? 0 : static_cast<std::size_t>(of);
  std::vector<float> values;
  std::vector<bool> positive;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const float value = probabilities_[i * width + column];
    if (std::isnan(value)) return nan;
    values.push_back(classes_ == 2 && of == 0 ? -value : value);
    positive.push_back(targets_[i] == of);
  }
  return area(values, positive);
}

std::vector<std::int64_t> Auroc::missing_classes(std::span<const std::int64_t> samples_of_class) const {
  std::vector<std::int64_t> missing;
  for (std::size_t c = 0; c < samples_of_class.size(); ++c) {
    if (samples_of_class[c] == 0) missing.push_back(static_cast<std::int64_t>(c));
  }
  return missing;
}

double Auroc::value() const {
  if (classes_ == 2) return of_class(1);
  double sum = 0;
  for (std::int64_t c = 0; c < classes_; ++c) sum += of_class(c);
  return sum / static_cast<double>(classes_);
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : makers()) names.push_back(name);
  return names;
}

std::unique_ptr<Metric> metric_by_name(std::string_view name) {
  const auto all = makers();
  if (const auto found = all.find(std::string(name)); found != all.end()) return found->second();
  if (const std::int64_t k = top_k_of(name); k > 0) return std::make_unique<TopKAccuracy>(k);
  throw unknown_name("metric", name, metric_names());
}

}  // namespace lehr
