#include "lehr/callbacks/loggers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
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

/// Adds a column at the end of each line of a table with a header.
void add_column(std::string& text, const std::string& header, const std::string& filling) {
  std::string longer;
  bool is_header = true;
  for (const char c : text) {
    if (c == '\n') longer.append(",").append(std::exchange(is_header, false) ? header : filling);
    longer += c;
  }
  text = std::move(longer);
}

}  // namespace

// A resumed fit does not write the file until load_state has restored its lines.
void EpochLogger::before_fit(Learner& learner) {
  text_ = header(learner);
  if (!learner.progress().resumed) write();
}

void EpochLogger::after_epoch(Learner& learner) {
  append_line(text_, learner);
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

void CsvLogger::save_state(CallbackState& state) const {
  EpochLogger::save_state(state);
  state.tables["recorded"].add("name", StateTable::Bytes(recorded_));
}

void CsvLogger::load_state(const CallbackState& state) {
  recorded_.clear();  // checkpoints of older versions have none
  if (state.tables.contains("recorded")) recorded_ = state.table("recorded").bytes("name");
  EpochLogger::load_state(state);
}

std::string CsvLogger::header(const Learner& learner) {
  recorded_.clear();
  std::string names = "epoch";
  for (const MetricValue& value : values_of({}, learner)) names.append(",").append(csv_field(value.name));
  return names + "\n";
}

void CsvLogger::append_line(std::string& text, const Learner& learner) {
  const EpochRecord& record = learner.history().back();
  for (const auto& [name, value] : record.values) {
    if (std::ranges::find(recorded_, name) != recorded_.end()) continue;
    recorded_.push_back(name);
    add_column(text, csv_field(name), fmt::format("{}", nan));
  }
  text += std::to_string(record.epoch + 1);
  for (const MetricValue& value : values_of(record, learner)) text += fmt::format(",{}", value.value);
  for (const std::string& name : recorded_) {
    const auto found = record.values.find(name);
    text += fmt::format(",{}", found == record.values.end() ? nan : found->second);
  }
  text += "\n";
}

void JsonlLogger::append_line(std::string& text, const Learner& learner) {
  const EpochRecord& record = learner.history().back();
  nlohmann::ordered_json object{{"epoch", record.epoch + 1}};
  for (const MetricValue& value : values_of(record, learner)) object[value.name] = value.value;
  for (const auto& [name, value] : record.values) object[name] = value;
  text += object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace lehr
