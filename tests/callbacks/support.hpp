#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"
#include "support/weights.hpp"

namespace lehr::test {

/// 300 training images and 70 validation images: five batches of 64, the last one shorter.
inline std::unique_ptr<Learner> small_learner(LearnerOptions options = {.batch_size = 64, .seed = 5},
                                              const models::SimpleCnnOptions& model = {.batch_norm = true}) {
  return std::make_unique<Learner>(models::simple_cnn(model),
                                   data::digits({.train = 300, .valid = 70, .seed = 3}), std::move(options));
}

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder for the current test, removed afterwards.
class TestFolder {
 public:
  TestFolder()
      : path_(std::filesystem::path(testing::TempDir()) /
              ("lehr_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A metric with given values, one per validation.
class Scripted final : public Metric {
 public:
  explicit Scripted(std::vector<double> values, bool higher_is_better = true)
      : values_(std::move(values)), higher_is_better_(higher_is_better) {}
  std::string name() const override { return "scripted"; }
  bool higher_is_better() const override { return higher_is_better_; }
  void begin(std::vector<double> values) {
    values_ = std::move(values);
    next_ = 0;
  }
  void start(std::int64_t) override {}
  void add(const ScoredBatch&) override {}
  double value() const override { return values_.at(next_++); }

 private:
  std::vector<double> values_;
  bool higher_is_better_;
  mutable std::size_t next_ = 0;
};

}  // namespace lehr::test
