#include "callbacks/run_rows.hpp"

namespace lehr::run_rows {

store::RunInfo info(const Learner& learner) {
  store::RunInfo made;
  made.data = learner.data().source;
  made.parameters = learner.model().parameter_count();
  made.batch_size = learner.options().batch_size;
  made.epochs = learner.progress().epochs;
  const auto names = learner.data().train->class_names();
  made.classes.assign(names.begin(), names.end());
  return made;
}

std::vector<store::MonitorRow> monitors(const Learner& learner) {
  std::vector<store::MonitorRow> rows;
  for (WatchedMetric& one : learner.watched()) {
    rows.push_back({std::move(one.callback), std::move(one.metric), one.lower_is_better});
  }
  return rows;
}

store::StepRow step(const Learner& learner) {
  const Progress& p = learner.progress();
  return {p.train_batches - 1, p.epoch, p.batch, p.training, p.loss, p.lr, p.momentum};
}

store::EpochRow epoch(const EpochRecord& record) {
  store::EpochRow row{.epoch = record.epoch,
                      .train_loss = record.train.loss,
                      .train_accuracy = record.train.accuracy,
                      .lr = record.lr,
                      .train_seconds = record.train_seconds,
                      .valid_seconds = record.valid_seconds};
  row.metrics = record.values;
  if (record.valid.samples == 0) return row;
  row.valid_loss = record.valid.loss;
  row.valid_accuracy = record.valid.accuracy;
  for (const MetricValue& metric : record.valid.others) row.metrics[metric.name] = metric.value;
  if (record.train_eval.samples == 0) return row;
  row.metrics["train_eval_loss"] = record.train_eval.loss;
  row.metrics["train_eval_accuracy"] = record.train_eval.accuracy;
  for (const MetricValue& metric : record.train_eval.others) {
    row.metrics["train_eval_" + metric.name] = metric.value;
  }
  return row;
}

store::Confusion confusion(const ConfusionMatrix& matrix) {
  store::Confusion confusion;
  for (std::int64_t truth = 0; truth < matrix.classes(); ++truth) {
    for (std::int64_t predicted = 0; predicted < matrix.classes(); ++predicted) {
      confusion.counts.push_back(matrix.count(truth, predicted));
    }
  }
  return confusion;
}

store::RunStatus status(EndReason reason) {
  switch (reason) {
    case EndReason::completed:
    case EndReason::early_stopping:
    case EndReason::cancelled:
      return store::RunStatus::done;
    case EndReason::diverged:
      return store::RunStatus::diverged;
    case EndReason::failed:
      return store::RunStatus::failed;
    default:
      return store::RunStatus::interrupted;
  }
}

std::string reason(const Ending& ending) {
  const std::string word(end_reason_name(ending.reason));
  switch (ending.reason) {
    case EndReason::early_stopping:
    case EndReason::time_limit:
    case EndReason::cancelled:
    case EndReason::records_failed:
      return word + ": " + ending.text;
    default:
      return word;
  }
}

}  // namespace lehr::run_rows
