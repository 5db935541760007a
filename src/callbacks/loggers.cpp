#include "lehr/callbacks/loggers.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lehr/store/atomic_file.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

std::vector<MetricValue> values_of(const EpochRecord& record) {
  std::vector<MetricValue> values{{"lr", record.lr},
                                  {"train_loss", record.train.loss},
                                  {"train_accuracy", record.train.accuracy},
                                  {"valid_loss", record.valid.loss},
                                  {"valid_accuracy", record.valid.accuracy},
                                  {"train_seconds", record.train_seconds},
                                  {"valid_seconds", record.valid_seconds}};
  for (const MetricValue& other : record.valid.others) values.push_back({"valid_" + other.name, other.value});
  return values;
}

}  // namespace

// A resumed fit leaves the file alone until its lines are known.
void EpochLogger::before_fit(Learner& learner) {
  text_ = header(learner);
  if (!learner.progress().resumed) write();
}

void EpochLogger::after_epoch(Learner& learner) {
  text_ += line(learner);
  guard_.attempt([this] { write(); }, "the training goes on");
}

// The whole file each time: an epoch is long beside it, and it is never half written.
void EpochLogger::write() {
  store::write_file_atomically(file_, [this](std::ostream& out) { out << text_; });
}

void EpochLogger::save_state(CallbackState& state) const { state.texts["text"] = text_; }

void EpochLogger::load_state(const CallbackState& state) {
  text_ = state.text("text");
  write();
}

std::string CsvLogger::header(const Learner& learner) const {
  std::string names = "epoch";
  for (const MetricValue& value : values_of({})) names += "," + value.name;
  for (const auto& metric : learner.metrics()) names += ",valid_" + metric->name();
  return names + "\n";
}

std::string CsvLogger::line(const Learner& learner) const {
  const EpochRecord& record = learner.history().back();
  std::string numbers = std::to_string(record.epoch + 1);
  for (const MetricValue& value : values_of(record)) numbers += fmt::format(",{}", value.value);
  return numbers + "\n";
}

std::string JsonlLogger::line(const Learner& learner) const {
  const EpochRecord& record = learner.history().back();
  nlohmann::ordered_json object{{"epoch", record.epoch + 1}};
  for (const MetricValue& value : values_of(record)) object[value.name] = value.value;
  return object.dump() + "\n";
}

}  // namespace lehr
