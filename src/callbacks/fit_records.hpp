#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "callbacks/start_facts.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

class RunRecorder;

/// The records of a fit in memory, for rules that judge it while it runs. It has no statistics and no
/// pictures, and at most 4,096 batches, evenly spread.
class FitRecords {
 public:
  /// Call this at before_fit. `config` is RunInfo::config. The numbers of the first batches are those of the
  /// recorder, which must outlive this; if it is null, they are measured here.
  FitRecords(const Learner& learner, std::string config, const RunRecorder* recorder);
  /// Adds what was recorded before the position from which the fit resumes.
  void add_before(const Learner& learner, store::RunRecords before);

  // Call these at the events of that name.
  void after_loss(Learner& learner);
  void after_batch(const Learner& learner);
  void before_validate(const Learner& learner);
  void after_validate();
  void after_epoch(const Learner& learner);
  void clean_up(const Learner& learner);

  const store::RunRecords& records() const { return run_; }
  /// The number of training batches so far, also of those that are not kept.
  std::int64_t batches() const { return batches_; }

 private:
  void add(const store::StepRow& step);
  void add(const StartFacts::Numbers& numbers);
  void take_recorded();

  store::RunRecords run_;
  const RunRecorder* recorder_;
  StartFacts start_;
  std::size_t taken_ = 0;  // numbers of the recorder
  ConfusionMatrix confusion_;
  bool computed_ = false;  // the current batch has a loss
  std::int64_t batches_ = 0;
  std::int64_t every_ = 1;  // of the batches is kept
};

}  // namespace lehr
