#include "lehr/callbacks/monitor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/metrics/missing_classes.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

constexpr std::string_view train_eval_prefix = "train_eval_";

/// A record with the same fields as this Learner's records.
EpochRecord shape_of_record(const Learner& learner) {
  EpochRecord record;
  record.train.samples = 1;
  record.valid.samples = learner.options().validate ? 1 : 0;
  record.train_eval.samples = learner.options().train_eval ? 1 : 0;
  for (const auto& metric : learner.metrics()) {
    for (SetMetrics* set : {&record.valid, &record.train_eval}) set->others.push_back({metric->name(), 0});
  }
  return record;
}

bool is_of_training_set(const std::string& name) { return name.starts_with(train_eval_prefix); }

/// The metric of a name such as "valid_f1_macro"; null for loss and accuracy, which every set has.
const Metric* metric_of(const Learner& learner, const std::string& name) {
  for (const auto& metric : learner.metrics()) {
    for (const std::string_view set : {std::string_view("valid_"), train_eval_prefix}) {
      if (name == std::string(set) + metric->name()) return metric.get();
    }
  }
  return nullptr;
}

/// The classes that the set of a monitored metric lacks; empty if it lacks none.
std::string missing_text(const Learner& learner, const std::string& name) {
  const Metric* const metric = metric_of(learner, name);
  if (metric == nullptr) return {};
  const bool training = is_of_training_set(name);
  const Dataset& dataset = training ? *learner.data().train : *learner.data().valid;
  const std::string missing = missing_classes_text(*metric, dataset);
  if (missing.empty()) return {};
  return fmt::format("the {} set has no sample of {}", training ? "training" : "validation", missing);
}

void warn_undefined(Learner& learner, const std::string& name, const std::string& reason) {
  learner.warn(fmt::format(
      "{} is undefined: {}; an epoch without a value counts neither as better nor as worse", name, reason));
}

/// Throws BadInput if this training does not measure a metric that lehr knows. The message says why.
void check_measured(const Learner& learner, const std::string& name) {
  const bool validation = name.starts_with("valid_");
  if (validation && !learner.options().validate) {
    throw BadInput(in_quotes(name) + " cannot be watched: the training does not validate");
  }
  if (is_of_training_set(name) && !learner.options().train_eval) {
    throw BadInput(in_quotes(name) +
                   " cannot be watched: the training does not measure its own set after an epoch");
  }
  if (!validation && !is_of_training_set(name)) return;
  const std::string metric =
      name.substr(validation ? std::string_view("valid_").size() : train_eval_prefix.size());
  const std::vector<std::string> known = metric_names();
  const bool always = metric == "accuracy";
  if (always || std::ranges::find(known, metric) == known.end() || metric_of(learner, name) != nullptr)
    return;
  throw BadInput(in_quotes(name) + " cannot be watched: the training does not measure the metric " +
                 in_quotes(metric) + "; add that metric");
}

}  // namespace

Monitor::Monitor(MonitorOptions options)
    : options_(std::move(options)), lower_(options_.lower.value_or(true)) {
  if (!(options_.min_delta >= 0) || !std::isfinite(options_.min_delta)) {
    throw BadInput(fmt::format("min_delta must be finite and not negative, found {}", options_.min_delta));
  }
}

void Monitor::check(const Learner& learner) {
  check_measured(learner, options_.metric);
  monitored(shape_of_record(learner), options_.metric);
  lower_ = lower_in(learner);
}

bool Monitor::lower_in(const Learner& learner) const {
  if (options_.lower) return *options_.lower;
  const Metric* const metric = metric_of(learner, options_.metric);
  return metric != nullptr ? !metric->higher_is_better() : !options_.metric.ends_with("_accuracy");
}

WatchedMetric Monitor::watched(std::string_view callback, const Learner& learner) const {
  return {std::string(callback), options_.metric, lower_in(learner)};
}

void Monitor::start(Learner& learner) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  check(learner);
  best_ = lower_ ? infinity : -infinity;
  const std::string missing = missing_text(learner, options_.metric);
  if (!missing.empty()) warn_undefined(learner, options_.metric, missing);
}

std::optional<double> Monitor::value_of(Learner& learner) const {
  if (learner.history().empty() || !learner.history().back().complete) return std::nullopt;
  const double value = monitored(learner.history().back(), options_.metric);
  if (!std::isnan(value)) return value;
  const std::string missing = missing_text(learner, options_.metric);
  warn_undefined(learner, options_.metric, missing.empty() ? "its value is not a number" : missing);
  return std::nullopt;
}

bool Monitor::is_better(double value, double other) const {
  return lower_ ? value < other - options_.min_delta : value > other + options_.min_delta;
}

bool Monitor::improves(double value) {
  const bool better = is_better(value, best_);
  if (better) best_ = value;
  return better;
}

}  // namespace lehr
