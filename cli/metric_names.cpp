#include "metric_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "arguments.hpp"
#include "lehr/train/metrics.hpp"
#include "output.hpp"

namespace lehr::cli {

namespace {

std::vector<std::string> lower_is_better() {
  std::vector<std::string> names = metric_names();
  std::erase_if(names, [](const std::string& name) { return metric_by_name(name)->higher_is_better(); });
  return names;
}

}  // namespace

CLI::Option* add_metric_names(CLI::App& app, std::vector<std::string>& names) {
  return add_parsed(
             app, "--metrics", names,
             fmt::format("measured on the set too: {} (top_K_accuracy for any K); lower is better for {}",
                         fmt::join(metric_names(), ", "), fmt::join(lower_is_better(), ", ")),
             [](const std::string&, const std::string& text) {
               std::vector<std::string> found = split_list(text);
               for (const std::string& name : found) metric_by_name(name);
               return found;
             })
      ->type_name("NAME,...");
}

std::vector<std::unique_ptr<Metric>> make_metrics(const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<Metric>> metrics;
  for (const std::string& name : names) {
    if (name != "accuracy") metrics.push_back(metric_by_name(name));
  }
  return metrics;
}

}  // namespace lehr::cli
