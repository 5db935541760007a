#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "data_set.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/metrics/missing_classes.hpp"
#include "lehr/run/setup.hpp"
#include "model_choice.hpp"
#include "output.hpp"
#include "review_text.hpp"

namespace lehr::cli {
namespace {

constexpr const char* evaluate_examples = R"(Examples:
  lehr evaluate latest                                        the run's own data, divided as in the training
  lehr evaluate runs/ID/model.safetensors --data digits
  lehr evaluate runs/ID --data mnist:DIR --metrics f1_macro,auroc --json
  lehr evaluate latest --data digits)";

struct EvaluateOptions {
  ModelChoice model;
  DataSetChoice data;
  std::int64_t views = 1;
  bool json = false;
};

/// "auroc 0.98", or "auroc - (the data has no sample of class "3")"
std::string line_of(const Metric& metric, const Dataset& dataset) {
  if (std::isfinite(metric.value())) return fmt::format("{} {}\n", metric.name(), loss_text(metric.value()));
  const std::string missing = missing_classes_text(metric, dataset);
  const std::string why = missing.empty() ? "" : fmt::format(" (the data has no sample of {})", missing);
  return fmt::format("{} -{}\n", metric.name(), why);
}

int run_evaluate(EvaluateOptions& options) {
  Model model = load_model(options.model);
  complete_from_run(options.data, model_file(options.model));
  std::vector<std::string> warned;
  const auto dataset = open_data_set(options.data, [&](const std::string& warning) {
    warnings(false, false)(warning);
    warned.push_back(warning);
  });
  const TrainConfig& config = options.data.config;
  const std::vector<std::unique_ptr<Metric>> metrics = make_metrics(config.metrics);
  const Stopwatch watch;
  const Evaluation result = evaluate(model, *dataset, config.batch_size, metrics, options.views);
  const double seconds = watch.seconds();
  if (options.json) {
    nlohmann::ordered_json line{{"event", "evaluation"},       {"data", config.data},
                                {"set", options.data.set},     {"loss", result.loss},
                                {"accuracy", result.accuracy}, {"samples", result.samples},
                                {"seconds", seconds}};
    add_review(line, result.review, *dataset);
    if (options.views > 1) line["views"] = options.views;
    for (const auto& metric : metrics) line[metric->name()] = metric->value();
    if (!warned.empty()) line["warnings"] = warned;
    print_json(line);
  } else {
    std::cout << fmt::format("loss {}, accuracy {} of {}\n", loss_text(result.loss),
                             percent_text(result.accuracy), grouped(result.samples, "image"));
    std::cout << fmt::format("balanced accuracy {}, the mean over the classes\n",
                             percent_text(result.review.confusion().balanced_accuracy()));
    for (const auto& metric : metrics) std::cout << line_of(*metric, *dataset);
    std::cout << '\n' << as_text(result.review, *dataset);
  }
  return 0;
}

}  // namespace

void register_evaluate(Commands& registry) {
  const auto options = std::make_shared<EvaluateOptions>();
  Command command = registry.add("evaluate", "Measure a saved model's loss and accuracy on data.",
                                 evaluate_examples, [options] { return run_evaluate(*options); });
  add_model_choice(command, options->model);
  add_data_set_options(command, options->data);
  TrainConfig& config = options->data.config;
  config.batch_size = 512;
  for (const char* key : {"batch-size", "metrics", "threads"}) {
    add_field(command, shared_fields(), key, config);
  }
  add_views(command, options->views);
  command.flag("--json", options->json, "print one JSON object on stdout");
}

}  // namespace lehr::cli
