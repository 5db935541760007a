#include "callbacks/epoch_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr {
namespace {

constexpr int gap = 2;
constexpr int needed_always = 100;
constexpr int metric_need = 50;  // kept next to validation loss and accuracy, before all other columns

std::string percent(double share) { return std::isfinite(share) ? percent_text(share) : "-"; }

std::string number(double value) { return std::isfinite(value) ? loss_text(value) : "-"; }

/// A value of one part of an epoch; "-" if that part had no sample.
template <class Text>
auto measured(SetMetrics EpochRecord::*part, const Text& text) {
  return [part, text](const EpochRecord& record) {
    return (record.*part).samples > 0 ? text(record.*part) : std::string("-");
  };
}

std::string metric_text(const SetMetrics& metrics, const std::string& name) {
  const auto found = std::ranges::find(metrics.others, name, &MetricValue::name);
  return found == metrics.others.end() ? "-" : number(found->value);
}

std::string waiting_text(const EpochRecord& record) {
  const auto share = record.values.find(waiting_value);
  return share == record.values.end() ? "-" : percent_text(share->second, 0);
}

/// Width in characters, not bytes.
int width_of(const std::string& text) {
  return static_cast<int>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string right_aligned(const std::string& text, int width) {
  return std::string(static_cast<std::size_t>(std::max(0, width - width_of(text))), ' ') + text;
}

}  // namespace

EpochTable::EpochTable(std::vector<std::string> metrics, int columns, bool train_eval, bool waiting)
    : columns_(columns) {
  add({"epoch", 5, needed_always, [](const EpochRecord& r) { return fmt::format("{}", r.epoch + 1); }});
  const auto loss = [](const SetMetrics& set) { return number(set.loss); };
  const auto accuracy = [](const SetMetrics& set) { return percent(set.accuracy); };
  add({"train loss", 10, 40, measured(&EpochRecord::train, loss)});
  add({"valid loss", 10, 60, measured(&EpochRecord::valid, loss)});
  add({"train acc", 9, 20, measured(&EpochRecord::train, accuracy)});
  if (train_eval) add({"train eval", 10, 45, measured(&EpochRecord::train_eval, accuracy)});
  add({"accuracy", 9, needed_always, measured(&EpochRecord::valid, accuracy)});
  for (std::string& name : metrics) {
    const int width = std::max(7, width_of(name));
    const auto text = [name](const SetMetrics& valid) { return metric_text(valid, name); };
    add({std::move(name), width, metric_need, measured(&EpochRecord::valid, text)});
  }
  add({"lr", 7, 10, [](const EpochRecord& r) { return fmt::format("{:.2g}", r.lr); }});
  add({"images/s", 8, 5, [](const EpochRecord& r) {
         const double seconds = std::max(r.train_seconds, 1e-9);
         return r.train.samples == 0 ? "-"
                                     : fmt::format("{:.0f}", static_cast<double>(r.train.samples) / seconds);
       }});
  if (waiting) add({"waiting", 7, 4, waiting_text});
  add({"time", 7, 30, [](const EpochRecord& r) { return duration_text(r.train_seconds + r.valid_seconds); }});
  if (columns_ > 0) fit();
}

int EpochTable::width() const {
  int sum = -gap;
  for (const Column& column : shown_) sum += gap + column.width;
  return sum;
}

// Among columns of equal need the last one is removed first.
void EpochTable::fit() {
  while (width() > columns_) {
    auto least = shown_.begin();
    for (auto column = shown_.begin(); column != shown_.end(); ++column) {
      if (column->need <= least->need) least = column;
    }
    if (least->need == needed_always) return;
    if (least->need == metric_need) below_.insert(below_.begin(), least->title);
    shown_.erase(least);
  }
}

std::string EpochTable::header() const {
  std::string line;
  for (const Column& column : shown_) {
    line += (line.empty() ? "" : "  ") + right_aligned(column.title, column.width);
  }
  return line + "\n";
}

std::string EpochTable::row(const EpochRecord& record) const {
  std::string text;
  for (const Column& column : shown_) {
    text += (text.empty() ? "" : "  ") + right_aligned(column.text(record), column.width);
  }
  text += '\n';
  std::string line;
  for (const std::string& name : below_) {
    const std::string one = name + " " + metric_text(record.valid, name);
    if (!line.empty() && width_of(line) + gap + width_of(one) > columns_) {
      text += line + "\n";
      line.clear();
    }
    line += "  " + one;
  }
  return line.empty() ? text : text + line + "\n";
}

}  // namespace lehr
