#include "run_tables.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <map>
#include <set>
#include <sstream>

#include "config_options.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/summary.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/store/run_names.hpp"
#include "metric_names.hpp"
#include "output.hpp"
#include "text_table.hpp"

namespace lehr::cli {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

/// Returns "-" for times outside the years 1970 to 9999, because a store may hold any number.
std::string local_time(double seconds) {
  constexpr double year_10000 = 253'402'214'400;  // minus a day, for all time zones
  if (!(seconds > 0 && seconds < year_10000)) return "-";
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(seconds)));
}

/// Returns "-" if it was not measured, as for a run that did not finish its first epoch.
std::string duration(double seconds) {
  if (!(seconds > 0)) return "-";
  if (seconds < 100) return fmt::format("{:.1f} s", seconds);
  if (seconds < 6000) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

/// Cuts the beginning of a path such as the one in "mnist:/home/me/data/mnist", because its end
/// says more.
std::string short_data(const std::string& data, std::size_t longest) {
  const std::string text = printable(data, 2000);
  const std::size_t colon = text.find(':');
  if (text.size() <= longest || colon == std::string::npos || colon + 4 >= longest) {
    return printable(data, longest);
  }
  std::size_t begin = text.size() - (longest - colon - 4);
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) ++begin;
  return text.substr(0, colon + 1) + "..." + text.substr(begin);
}

std::string percent(std::optional<double> share) {
  return share && std::isfinite(*share) ? percent_text(*share) : "-";
}

std::string number(std::optional<double> value) {
  return value && std::isfinite(*value) ? loss_text(*value) : "-";
}

double train_seconds(const RunResult& run) {
  double sum = 0;
  for (const store::EpochRow& epoch : run.epochs) sum += epoch.train_seconds;
  return sum;
}

/// The value of the last validated epoch.
std::optional<double> last_of(const RunResult& run, std::optional<double> store::EpochRow::*value) {
  for (auto epoch = run.epochs.rbegin(); epoch != run.epochs.rend(); ++epoch) {
    if ((*epoch).*value) return (*epoch).*value;
  }
  return std::nullopt;
}

/// The names of all metrics other than loss and accuracy.
std::set<std::string> metric_names(const RunResult& run) {
  std::set<std::string> names;
  for (const store::EpochRow& epoch : run.epochs) {
    for (const auto& [name, value] : epoch.metrics) names.insert(name);
  }
  return names;
}

/// The value of the last epoch that has one.
std::optional<double> last_metric(const RunResult& run, const std::string& name) {
  for (auto epoch = run.epochs.rbegin(); epoch != run.epochs.rend(); ++epoch) {
    if (const auto found = epoch->metrics.find(name); found != epoch->metrics.end()) return found->second;
  }
  return std::nullopt;
}

/// An accuracy is shown as a percentage, any other metric as a number.
std::string metric_text(const std::string& name, std::optional<double> value) {
  return name.ends_with("accuracy") ? percent(value) : number(value);
}

std::optional<double> best_accuracy(const RunResult& run) {
  std::optional<double> best;
  for (const store::EpochRow& epoch : run.epochs) {
    if (epoch.valid_accuracy && (!best || *epoch.valid_accuracy > *best)) best = epoch.valid_accuracy;
  }
  return best;
}

std::string epochs_of(const RunResult& run) {
  return fmt::format("{}/{}", run.epochs.size(), run.info.epochs);
}

/// Why the run ended, if its status does not already say so: "early stopping".
std::string ending_of(const store::RunInfo& info) {
  std::string word = printable(store::reason_word(info.reason), 30);
  if (word == "completed" || word == store::status_name(info.status)) return {};
  std::ranges::replace(word, '_', ' ');
  return word;
}

Row cells_of(const RunResult& run) {
  const store::RunInfo& info = run.info;
  return {printable(info.id, 40),
          printable(info.name, 20),
          std::string(store::status_name(info.status)),
          ending_of(info),
          local_time(info.started),
          short_data(info.data, 24),
          printable(info.model, 16),
          epochs_of(run),
          percent(last_of(run, &store::EpochRow::valid_accuracy)),
          number(last_of(run, &store::EpochRow::valid_loss)),
          duration(train_seconds(run))};
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : " x ") + fmt::format("{}", extent);
  return text;
}

/// A row about the environment. Sizes of memory are shown in readable units.
Row fact_of(const std::string& key, const std::string& value) {
  std::int64_t bytes = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), bytes);
  const bool number = failure == std::errc() && end == value.data() + value.size();
  std::string name = printable(key, 40);
  if (!key.starts_with("memory_") || !number) return {std::move(name), printable(value, 200)};
  std::ranges::replace(name, '_', ' ');
  return {std::move(name), human_bytes(bytes)};
}

std::string epochs_text(const RunResult& run, std::size_t columns) {
  std::vector<Row> rows{{"epoch", "train loss", "train acc", "valid loss", "valid acc", "lr", "time"}};
  const std::set<std::string> names = metric_names(run);
  for (const std::string& name : names) rows[0].push_back(printable(metric_title(name), 36));
  for (const store::EpochRow& epoch : run.epochs) {
    Row row{fmt::format("{}", epoch.epoch + 1),
            number(epoch.train_loss),
            percent(epoch.train_accuracy),
            number(epoch.valid_loss),
            percent(epoch.valid_accuracy),
            fmt::format("{:.3g}", epoch.lr),
            duration(epoch.train_seconds + epoch.valid_seconds)};
    for (const std::string& name : names) {
      const auto found = epoch.metrics.find(name);
      row.push_back(found == epoch.metrics.end() ? "-" : metric_text(name, found->second));
    }
    rows.push_back(std::move(row));
  }
  return table(rows, columns);
}

std::string layers_text(std::span<const store::LayerInfo> layers, std::size_t columns) {
  std::vector<Row> rows{{"layer", "type", "output", "parameters", "MFLOP an image", "forward", "backward"}};
  for (const store::LayerInfo& layer : layers) {
    const auto microseconds = [](std::optional<double> seconds) {
      return seconds ? fmt::format("{:.0f} us", 1e6 * *seconds) : std::string("-");
    };
    rows.push_back({printable(layer.name, 40), printable(layer.type, 40), shape_text(layer.shape),
                    grouped(layer.parameters), fmt::format("{:.3f}", 1e-6 * static_cast<double>(layer.flops)),
                    microseconds(layer.forward_seconds), microseconds(layer.backward_seconds)});
  }
  return table(rows, columns);
}

Json number_or_null(std::optional<double> value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

}  // namespace

std::string runs_text(std::span<const RunResult> runs, std::size_t columns) {
  std::vector<Row> rows{
      {"run", "", "status", "", "started", "data", "model", "epochs", "valid acc", "valid loss", "training"}};
  for (const RunResult& run : runs) {
    rows.push_back(cells_of(run));
    if (!run.info.name.empty()) rows[0][1] = "name";
    if (!ending_of(run.info).empty()) rows[0][3] = "ended by";
  }
  return table(rows, columns);
}

std::string run_text(const RunResult& run, std::span<const store::LayerInfo> layers, std::size_t columns) {
  const store::RunInfo& info = run.info;
  std::vector<Row> facts{{"run", printable(info.id, 200)},
                         {"name", printable(info.name, 200)},
                         {"status", std::string(store::status_name(info.status))},
                         {"ended by", printable(info.reason, 2000)},
                         {"note", printable(info.note, 2000)},
                         {"started", local_time(info.started)},
                         {"ended", local_time(info.ended)},
                         {"data", printable(info.data, 200)},
                         {"model", printable(info.model, 200)},
                         {"parameters", grouped(info.parameters)},
                         {"batch size", grouped(info.batch_size)},
                         {"epochs", epochs_of(run)},
                         {"training", duration(train_seconds(run))}};
  if (info.stats_share > 0)
    facts.push_back({"statistics", percent(info.stats_share) + " of the training time"});
  for (const store::MonitorRow& one : run.monitors) {
    facts.push_back(
        {"watched", fmt::format("{} by {}, {} is better", printable(one.metric, 60),
                                printable(one.callback, 40), one.lower_is_better ? "lower" : "higher")});
  }
  for (const auto& [key, value] : info.environment) facts.push_back(fact_of(key, value));
  std::erase_if(facts, [](const Row& row) { return row[1].empty(); });
  std::string text = table(facts);
  if (!run.epochs.empty()) text += "\n" + epochs_text(run, columns);
  if (!layers.empty()) text += "\n" + layers_text(layers, columns);
  if (info.config.empty()) return text;
  text += '\n';
  std::istringstream lines(info.config);
  for (std::string line; std::getline(lines, line);) text += printable(line, 2000) + '\n';
  return text;
}

std::string comparison_text(std::span<const RunResult> runs, std::size_t columns) {
  std::vector<std::map<std::string, std::string>> options;
  std::set<std::string> keys;
  for (const RunResult& run : runs) {
    options.push_back(recorded_values(run.info.config, shared_fields()));
    for (const auto& [key, value] : options.back()) keys.insert(key);
  }
  std::vector<Row> rows{{""}};
  const auto add = [&](const std::string& name, const auto& value) {
    Row row{name};
    for (const RunResult& run : runs) row.push_back(value(run));
    rows.push_back(std::move(row));
  };
  for (const RunResult& run : runs) rows[0].push_back(printable(run.info.id, 40));
  if (std::ranges::any_of(runs, [](const RunResult& run) { return !run.info.name.empty(); })) {
    add("name", [](const RunResult& run) { return printable(run.info.name, 30); });
  }
  add("status", [](const RunResult& run) { return std::string(store::status_name(run.info.status)); });
  add("data", [](const RunResult& run) { return short_data(run.info.data, 30); });
  add("epochs", epochs_of);
  for (const std::string& key : keys) {
    if (key == "data" || key == "epochs") continue;  // have their own rows
    Row row{printable(key, 40)};
    for (const auto& all : options) {
      const auto found = all.find(key);
      row.push_back(found == all.end() ? "-" : printable(found->second, 30));
    }
    if (std::ranges::adjacent_find(row.begin() + 1, row.end(), std::ranges::not_equal_to()) != row.end()) {
      rows.push_back(std::move(row));
    }
  }
  add("parameters", [](const RunResult& run) { return grouped(run.info.parameters); });
  add("valid accuracy",
      [](const RunResult& run) { return percent(last_of(run, &store::EpochRow::valid_accuracy)); });
  add("best accuracy", [](const RunResult& run) { return percent(best_accuracy(run)); });
  add("valid loss", [](const RunResult& run) { return number(last_of(run, &store::EpochRow::valid_loss)); });
  std::set<std::string> metrics;
  for (const RunResult& run : runs) metrics.merge(metric_names(run));
  for (const std::string& name : metrics) {
    add(printable(metric_title(name), 36),
        [&](const RunResult& run) { return metric_text(name, last_metric(run, name)); });
  }
  add("train loss", [](const RunResult& run) {
    return number(run.epochs.empty() ? std::nullopt : std::optional(run.epochs.back().train_loss));
  });
  add("training", [](const RunResult& run) { return duration(train_seconds(run)); });
  return table(rows, columns);
}

std::string difference_text(const store::RunComparison& comparison, const std::string& a,
                            const std::string& b) {
  std::string text =
      fmt::format("{} in both, {} only in {}, {} only in {}\n", grouped(comparison.common, "batch"),
                  grouped(comparison.only_a), printable(a), grouped(comparison.only_b), printable(b));
  if (!comparison.first) return text + "no recorded number differs\n";
  const store::RunDifference& first = *comparison.first;
  const std::string what = first.layer.empty() ? first.statistic
                                               : fmt::format("{} of the {} of layer {}", first.statistic,
                                                             first.tensor, printable(first.layer));
  text += fmt::format("first difference: {} batch {} of epoch {} (step {}), {}",
                      first.training ? "training" : "validation", first.batch + 1, first.epoch + 1,
                      first.step, what);
  const bool numbers = !std::isnan(first.a) || !std::isnan(first.b);
  return text + (numbers ? fmt::format(": {} and {}\n", first.a, first.b) : "\n");
}

Json epoch_json(const store::EpochRow& epoch) {
  Json event{{"event", "epoch"},
             {"epoch", epoch.epoch + 1},
             {"train_loss", number_or_null(epoch.train_loss)},
             {"train_accuracy", number_or_null(epoch.train_accuracy)},
             {"valid_loss", number_or_null(epoch.valid_loss)},
             {"valid_accuracy", number_or_null(epoch.valid_accuracy)}};
  for (const auto& [name, value] : epoch.metrics) {
    event[metric_key(name)] = number_or_null(value);
  }
  event["lr"] = number_or_null(epoch.lr);
  event["train_seconds"] = epoch.train_seconds;
  event["valid_seconds"] = epoch.valid_seconds;
  return event;
}

Json run_json(const RunResult& run) {
  const store::RunInfo& info = run.info;
  Json event{{"event", "run"},
             {"run", info.id},
             {"name", info.name},
             {"status", store::status_name(info.status)},
             {"reason", info.reason},
             {"note", info.note},
             {"started", info.started},
             {"ended", info.ended > 0 ? Json(info.ended) : Json()},
             {"data", info.data},
             {"model", info.model},
             {"parameters", info.parameters},
             {"batch_size", info.batch_size},
             {"epochs", info.epochs},
             {"epochs_done", run.epochs.size()},
             {"valid_accuracy", number_or_null(last_of(run, &store::EpochRow::valid_accuracy))},
             {"best_valid_accuracy", number_or_null(best_accuracy(run))},
             {"valid_loss", number_or_null(last_of(run, &store::EpochRow::valid_loss))},
             {"train_seconds", train_seconds(run)},
             {"stats_overhead", info.stats_share > 0 ? Json(info.stats_share) : Json()}};
  for (const std::string& name : metric_names(run))
    event[metric_key(name)] = number_or_null(last_metric(run, name));
  return event;
}

Json difference_json(const store::RunComparison& comparison) {
  Json event{{"event", "diff"},
             {"common_batches", comparison.common},
             {"only_a", comparison.only_a},
             {"only_b", comparison.only_b},
             {"equal", !comparison.first}};
  if (!comparison.first) return event;
  const store::RunDifference& first = *comparison.first;
  event["step"] = first.step;
  event["epoch"] = first.epoch + 1;
  event["batch"] = first.batch + 1;
  event["part"] = first.training ? "training" : "validation";
  event["layer"] = first.layer.empty() ? Json() : Json(first.layer);
  event["tensor"] = first.tensor.empty() ? Json() : Json(first.tensor);
  event["statistic"] = first.statistic;
  event["a"] = number_or_null(first.a);
  event["b"] = number_or_null(first.b);
  return event;
}

}  // namespace lehr::cli
