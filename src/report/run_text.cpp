#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/diagnosis/diagnosis.hpp"
#include "lehr/report/spark.hpp"
#include "lehr/report/text.hpp"
#include "lehr/store/run_names.hpp"
#include "report/class_results.hpp"

namespace lehr::report {
namespace {

using store::EpochRow;
using store::RunRecords;

constexpr std::size_t spark_columns = 40;

std::string accuracy_text(double share) { return percent_text(share); }

/// One value per epoch: first, sparkline, last. Empty if none was measured.
std::string series_line(const RunRecords& run, const std::string& name, std::string (*text)(double),
                        const std::function<std::optional<double>(const EpochRow&)>& value) {
  std::vector<float> values;
  for (const EpochRow& epoch : run.epochs) {
    if (const std::optional<double> found = value(epoch)) values.push_back(static_cast<float>(*found));
  }
  if (values.empty()) return "";
  const std::size_t width = std::min(spark_columns, values.size());
  return fmt::format("{:<22} {:>10}  {}  {}\n", printable(name, 22), text(values.front()),
                     sparkline(values, width), text(values.back()));
}

std::string results(const RunRecords& run) {
  std::string text =
      series_line(run, "training loss", loss_text, [](const EpochRow& e) { return e.train_loss; });
  text += series_line(run, "validation loss", loss_text, [](const EpochRow& e) { return e.valid_loss; });
  text += series_line(run, "training accuracy", accuracy_text,
                      [](const EpochRow& e) { return e.train_accuracy; });
  text += series_line(run, "validation accuracy", accuracy_text,
                      [](const EpochRow& e) { return e.valid_accuracy; });
  if (run.epochs.empty()) return text;
  if (!run.epochs.back().metrics.contains("train_eval_loss")) {
    text += "(training: averaged while the weights change; --train-eval measures it like the validation)\n";
  }
  for (const auto& [name, last] : run.epochs.back().metrics) {
    constexpr std::string_view evaluated = "train_eval_";
    const std::string title =
        name.starts_with(evaluated) ? "evaluated training " + name.substr(evaluated.size()) : name;
    const auto as_text = name.ends_with("accuracy") ? accuracy_text : loss_text;
    text += series_line(run, title, as_text, [&, key = name](const EpochRow& e) {
      const auto found = e.metrics.find(key);
      return found == e.metrics.end() ? std::nullopt : std::optional(found->second);
    });
  }
  return text;
}

std::string class_name(const RunRecords& run, std::size_t number) {
  return printable(run.info.classes[number], 40);
}

std::string worst_classes(const RunRecords& run) {
  constexpr std::size_t listed = 5;
  const std::vector<ClassResult> classes = worst_first(class_results(run));
  const std::optional<double> balanced = balanced_accuracy(classes);
  if (!balanced) return "";
  std::string text = fmt::format("\nbalanced accuracy {}; the lowest of a class\n", accuracy_text(*balanced));
  for (std::size_t i = 0; i < std::min(listed, classes.size()); ++i) {
    text += fmt::format("{:>9}  {}, {}\n", accuracy_text(classes[i].accuracy()),
                        class_name(run, classes[i].number), counted(classes[i].images, "image"));
  }
  return text;
}

std::string confusion(const RunRecords& run) {
  constexpr std::size_t listed = 5;
  const std::vector<ConfusedPair> pairs = confused_pairs(run);
  if (pairs.empty()) return "";
  std::string text = "\nmost confused\n";
  for (std::size_t i = 0; i < std::min(listed, pairs.size()); ++i) {
    text += fmt::format("{:>6}  {} taken for {}\n", pairs[i].images, class_name(run, pairs[i].truth),
                        class_name(run, pairs[i].predicted));
  }
  return text;
}

std::string title(const store::RunInfo& info) {
  const std::string id = printable(info.id, 60);
  std::string text = info.name.empty() ? id : fmt::format("{} ({})", printable(info.name, 60), id);
  text += fmt::format(", {}: {} on {}", store::status_name(info.status), printable(info.model, 40),
                      printable(info.data, 60));
  if (!store::reason_sentence(info.reason).empty()) {
    text += fmt::format("\nended by {}", printable(info.reason, 1000));
  }
  if (!info.note.empty()) text += fmt::format("\n{}", printable(info.note, 1000));
  return text + "\n\n";
}

}  // namespace

std::string run_text(const RunRecords& run, std::size_t columns) {
  const store::RecordedLayers recorded = store::recorded_layers(run);
  std::string text = title(run.info);
  const std::string health = diagnosis::diagnose(run, recorded).line();
  if (!health.empty()) text += health + "\n\n";
  text += results(run);
  const std::string layers = layers_text(recorded.layers, recorded.points, columns);
  if (!layers.empty()) text += "\n" + layers;
  if (run.info.stats_share > 0) {
    text += fmt::format("\nstatistics took {:.1f} % of the training time\n", 100 * run.info.stats_share);
  }
  return text + worst_classes(run) + confusion(run);
}

}  // namespace lehr::report
