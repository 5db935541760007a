#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "data_set.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/metrics/missing_classes.hpp"
#include "metric_names.hpp"
#include "model_choice.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace {

constexpr const char* examples = R"(Examples:
  lehr evaluate runs/ID/model.safetensors --data digits
  lehr evaluate runs/ID --data mnist:DIR --metrics f1_macro,auroc --json
  lehr evaluate latest --data digits)";

struct EvaluateOptions {
  ModelChoice model;
  DataSetOptions data;
  std::int64_t batch_size = 512;
  std::vector<std::string> metrics;
  bool json = false;
};

/// "auroc 0.98", or "auroc - (the data has no sample of class "3")"
std::string line_of(const Metric& metric, const Dataset& dataset) {
  if (std::isfinite(metric.value())) return fmt::format("{} {}\n", metric.name(), loss_text(metric.value()));
  const std::string missing = missing_classes_text(metric, dataset);
  const std::string why = missing.empty() ? "" : fmt::format(" (the data has no sample of {})", missing);
  return fmt::format("{} -{}\n", metric.name(), why);
}

int run_evaluate(const EvaluateOptions& options) {
  Model model = load_model(options.model);
  const auto dataset = open_data_set(options.data);
  const std::vector<std::unique_ptr<Metric>> metrics = make_metrics(options.metrics);
  const Stopwatch watch;
  const Evaluation result = evaluate(model, *dataset, options.batch_size, metrics);
  const double seconds = watch.seconds();
  if (options.json) {
    nlohmann::ordered_json line{{"event", "evaluation"},       {"data", options.data.data},
                                {"set", options.data.set},     {"loss", result.loss},
                                {"accuracy", result.accuracy}, {"samples", result.samples},
                                {"seconds", seconds}};
    for (const auto& metric : metrics) line[metric->name()] = metric->value();
    print_json(line);
  } else {
    std::cout << fmt::format("loss {}, accuracy {} of {}\n", loss_text(result.loss),
                             percent_text(result.accuracy), grouped(result.samples, "image"));
    for (const auto& metric : metrics) std::cout << line_of(*metric, *dataset);
  }
  return 0;
}

}  // namespace

void register_evaluate(Commands& registry) {
  const auto options = std::make_shared<EvaluateOptions>();
  Command command = registry.add("evaluate", "Measure a saved model's loss and accuracy on data.", examples,
                                 [options] { return run_evaluate(*options); });
  add_model_choice(command, options->model);
  add_data_set_options(command, options->data).required();
  add_integer(command, "--batch-size", options->batch_size, {1, 1'000'000}, "images in each batch");
  add_metric_names(command, options->metrics);
  add_threads(command);
  command.flag("--json", options->json, "print one JSON object on stdout");
}

}  // namespace lehr::cli
