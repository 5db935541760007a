#include "lehr/callbacks/loggers.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "lehr/core/text.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The values to log for an epoch. The names are the same for every epoch of a Learner. Values that were not
/// measured are NaN.
std::vector<MetricValue> values_of(const EpochRecord& record, const Learner& learner) {
  std::vector<MetricValue> values;
  const auto add = [&](const std::string& name, const SetMetrics& set, double value) {
    values.push_back({name, set.samples > 0 ? value : nan});
  };
  const auto add_means = [&](const std::string& name, const SetMetrics& set) {
    add(name + "_loss", set, set.loss);
    add(name + "_accuracy", set, set.accuracy);
  };
  const auto add_others = [&](const std::string& name, const SetMetrics& set) {
    const auto metrics = learner.metrics();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      add(name + "_" + metrics[i]->name(), set, i < set.others.size() ? set.others[i].value : nan);
    }
  };
  values.push_back({"lr", record.lr});
  add_means("train", record.train);
  add_means("valid", record.valid);
  values.push_back({"train_seconds", record.train_seconds});
  values.push_back({"valid_seconds", record.valid_seconds});
  add_others("valid", record.valid);
  if (!learner.options().train_eval) return values;
  add_means("train_eval", record.train_eval);
  add_others("train_eval", record.train_eval);
  return values;
}

}  // namespace

// A resumed fit does not write the file until load_state has restored its lines.
void EpochLogger::before_fit(Learner& learner) {
  text_ = header(learner);
  if (!learner.progress().resumed) write();
}

void EpochLogger::after_epoch(Learner& learner) {
  text_ += line(learner);
  guard_.attempt([this] { write(); }, "the training goes on");
}

// Rewrites the whole file each time: that is fast compared with an epoch, and the file is never half written.
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
  for (const MetricValue& value : values_of({}, learner)) names.append(",").append(csv_field(value.name));
  return names + "\n";
}

std::string CsvLogger::line(const Learner& learner) const {
  const EpochRecord& record = learner.history().back();
  std::string numbers = std::to_string(record.epoch + 1);
  for (const MetricValue& value : values_of(record, learner)) numbers += fmt::format(",{}", value.value);
  return numbers + "\n";
}

std::string JsonlLogger::line(const Learner& learner) const {
  const EpochRecord& record = learner.history().back();
  nlohmann::ordered_json object{{"epoch", record.epoch + 1}};
  for (const MetricValue& value : values_of(record, learner)) object[value.name] = value.value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace lehr
