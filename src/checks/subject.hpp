#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "lehr/data/dataset.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::checks {

/// The end of a short training.
struct ShortTraining {
  std::unique_ptr<Learner> learner;
  std::int64_t steps = 0;
  double first_loss = 0;  ///< of the first batch, before the first step
  double last_loss = 0;   ///< mean of the last five batches
  std::string failure{};  ///< why it diverged, or empty
};

/// A training that is checked: its data, and its network with the initial weights. Pictures that must be
/// decoded are some thousand ones of the data.
class Subject {
 public:
  Subject(const TrainConfig& config, const SetupOptions& setup, std::stop_token stop);

  const TrainConfig& config() const { return config_; }
  const DataSplits& all_data() const { return all_; }
  /// The data for short trainings.
  const DataSplits& data() const { return base_->data(); }
  /// The network as it is before the first step. No check may change it.
  const Learner& learner() const { return *base_; }
  std::size_t classes() const { return static_cast<std::size_t>(data().classes()); }
  bool stopped() const { return stop_.stop_requested(); }

  /// Training batches that a check can afford: 25 to 100, fewer for large batches and costly networks.
  std::int64_t affordable_steps(std::int64_t batch_size) const;

  /// A Learner with the initial weights and the preprocessing of the training, on other data.
  std::unique_ptr<Learner> copy(DataSplits data, LearnerOptions options) const;
  LearnerOptions options() const;

  /// Trains a copy for that many batches with the training's schedule, clipping and accumulation. `enough` is
  /// asked after each batch with its loss, and true ends the training.
  ShortTraining train(DataSplits data, LearnerOptions options, std::int64_t steps,
                      const std::function<bool(double loss)>& enough = {}) const;

 private:
  void find_rate();

  TrainConfig config_;
  std::stop_token stop_;
  DataSplits all_;
  std::unique_ptr<Learner> base_;
  double flops_ = 0;  ///< forward pass of one picture
};

}  // namespace lehr::checks
