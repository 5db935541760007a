#include "callbacks/fit_records.hpp"

#include <utility>

#include "callbacks/layer_watch.hpp"
#include "callbacks/run_rows.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "metrics/class_counts.hpp"

namespace lehr {
namespace {

constexpr std::size_t most_batches = 4096;

}  // namespace

FitRecords::FitRecords(const Learner& learner, std::string config, const RunRecorder* recorder)
    : recorder_(recorder) {
  run_.info = run_rows::info(learner);
  run_.info.config = std::move(config);
  run_.monitors = run_rows::monitors(learner);
  run_.class_counts = class_counts(*learner.data().train);
  for (const LayerStats& layer : LayerWatch({}, learner).empty_series()) run_.layers.push_back(layer.info);
}

void FitRecords::add_before(const Learner& learner, store::RunRecords before) {
  const std::int64_t done = learner.progress().train_batches;
  for (const store::StepRow& step : before.steps) {
    if (step.training && step.step < done) add(step);
  }
  for (store::EpochRow& epoch : before.epochs) {
    if (epoch.epoch < learner.position().epoch) run_.epochs.push_back(std::move(epoch));
  }
  run_.info.environment = std::move(before.info.environment);
  run_.confusion = std::move(before.confusion);
}

void FitRecords::after_loss(Learner& learner) {
  computed_ = true;
  recorder_ != nullptr ? take_recorded() : add(start_.measure(learner));
  if (learner.progress().training) return;
  const Batch& batch = learner.batch();
  confusion_.add({learner.step().scores(),
                  {batch.targets, static_cast<std::size_t>(batch.size)},
                  learner.data().classes()});
}

void FitRecords::after_batch(const Learner& learner) {
  if (std::exchange(computed_, false) && learner.progress().training) add(run_rows::step(learner));
}

void FitRecords::take_recorded() {
  const StartFacts::Numbers& recorded = recorder_->start_numbers();
  if (recorded.size() == taken_) return;
  taken_ = recorded.size();
  add(recorded);
}

void FitRecords::add(const StartFacts::Numbers& numbers) {
  for (const auto& [name, number] : numbers) run_.info.environment.insert_or_assign(name, number);
}

void FitRecords::add(const store::StepRow& step) {
  if (batches_++ % every_ != 0) return;
  if (run_.steps.size() == most_batches) {
    for (std::size_t i = 0; 2 * i < most_batches; ++i) run_.steps[i] = run_.steps[2 * i];
    run_.steps.resize(most_batches / 2);
    every_ *= 2;
  }
  run_.steps.push_back(step);
}

void FitRecords::before_validate(const Learner& learner) { confusion_.start(learner.data().classes()); }

void FitRecords::after_validate() { run_.confusion = run_rows::confusion(confusion_); }

void FitRecords::after_epoch(const Learner& learner) {
  recorder_ != nullptr ? take_recorded() : add(start_.rest());
  const EpochRecord& record = learner.history().back();
  if (record.complete) run_.epochs.push_back(run_rows::epoch(record));
}

void FitRecords::clean_up(const Learner& learner) {
  run_.info.status = run_rows::status(learner.ending().reason);
  run_.info.reason = run_rows::reason(learner.ending());
}

}  // namespace lehr
