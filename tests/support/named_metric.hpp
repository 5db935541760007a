#pragma once

#include <string>
#include <utility>

#include "lehr/metrics/metric.hpp"

namespace lehr::test {

/// A metric with any name.
class NamedMetric final : public Metric {
 public:
  explicit NamedMetric(std::string name) : name_(std::move(name)) {}
  std::string name() const override { return name_; }
  void start(std::int64_t) override {}
  void add(const ScoredBatch&) override {}
  double value() const override { return 0.5; }

 private:
  std::string name_;
};

}  // namespace lehr::test
