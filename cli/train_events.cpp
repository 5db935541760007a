#include "train_events.hpp"

#include "lehr/core/memory.hpp"
#include "lehr/core/parallel.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

double rate(std::int64_t samples, double seconds) {
  return seconds > 0 ? static_cast<double>(samples) / seconds : 0;
}

void put_metrics(Json& event, const std::string& set, const std::optional<SetMetrics>& metrics) {
  event[set + "_loss"] = metrics ? Json(metrics->loss) : Json();
  event[set + "_accuracy"] = metrics ? Json(metrics->accuracy) : Json();
  if (!metrics) return;
  for (const MetricValue& other : metrics->others) event[set + "_" + other.name] = other.value;
}

void put_place(Json& event, const RunPlace& place) {
  event["run"] = text_or_null(place.id);
  event["path"] = text_or_null(place.folder.string());
}

std::optional<SetMetrics> measured(const SetMetrics& metrics) {
  return metrics.samples > 0 ? std::optional(metrics) : std::nullopt;
}

}  // namespace

Json start_event(const TrainStart& start) {
  const TrainConfig& config = start.config;
  const Learner& learner = start.learner;
  Json event{{"event", "start"},
             {"data", config.data},
             {"model", config.model},
             {"parameters", learner.model().parameter_count()},
             {"classes", learner.data().classes()},
             {"train_samples", learner.data().train->size()},
             {"valid_samples", learner.data().valid->size()},
             {"batch_size", config.batch_size},
             {"epochs", config.epochs},
             {"optimizer", config.optimizer},
             {"schedule", config.schedule},
             {"lr", config.lr},
             {"seed", config.seed},
             {"data_seed", config.data_seed},
             {"threads", threads()}};
  event["monitors"] = Json::array();
  for (const WatchedMetric& one : learner.watched()) {
    event["monitors"].push_back(
        {{"callback", one.callback}, {"metric", one.metric}, {"lower_is_better", one.lower_is_better}});
  }
  put_place(event, start.place);
  return event;
}

Json done_event(const TrainResult& result) {
  Json event{{"event", "done"},
             {"reason", end_reason_name(result.ending.reason)},
             {"reason_text", result.ending.text},
             {"epochs", result.epochs}};
  put_metrics(event, "train", result.train);
  event["train_epoch"] = result.train ? Json(result.train_epoch) : Json();
  put_metrics(event, "valid", result.valid);
  event["valid_epoch"] = result.valid ? Json(result.valid_epoch) : Json();
  event["train_seconds"] = result.train_seconds;
  event["images_per_second"] = result.images_per_second;
  event["peak_memory_bytes"] = peak_memory_bytes();
  if (result.stats_overhead) event["stats_overhead"] = *result.stats_overhead;
  if (result.interrupted) event["interrupted"] = true;
  if (result.time_limit) event["time_limit"] = true;
  put_place(event, result.place);
  event["model"] = text_or_null(result.place.model.string());
  return event;
}

void EpochEvents::after_epoch(Learner& learner) {
  const EpochRecord& record = learner.history().back();
  Json event{{"event", "epoch"}, {"epoch", record.epoch + 1}, {"epochs", learner.progress().epochs}};
  put_metrics(event, "train", measured(record.train));
  put_metrics(event, "valid", measured(record.valid));
  if (learner.options().train_eval) put_metrics(event, "train_eval", measured(record.train_eval));
  for (const auto& [name, value] : record.values) event[name] = value;
  event["lr"] = record.lr;
  event["train_seconds"] = record.train_seconds;
  event["valid_seconds"] = record.valid_seconds;
  event["images_per_second"] = rate(record.train.samples, record.train_seconds);
  if (!record.complete) event["complete"] = false;
  print_json(event);
}

}  // namespace lehr::cli
