#include "metric_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "arguments.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/metrics/metrics.hpp"
#include "output.hpp"

namespace lehr::cli {

namespace {

std::vector<std::string> lower_is_better() {
  std::vector<std::string> names = metric_names();
  std::erase_if(names, [](const std::string& name) { return metric_by_name(name)->higher_is_better(); });
  return names;
}

}  // namespace

Option add_metric_names(const Command& app, std::vector<std::string>& names) {
  return add_parsed(app, "--metrics", names,
                    fmt::format("further metrics of the validation set: {} (top_K_accuracy for any K); lower "
                                "is better for {}",
                                fmt::join(metric_names(), ", "), fmt::join(lower_is_better(), ", ")),
                    [](const std::string&, const std::string& text) {
                      std::vector<std::string> found = split_list(text);
                      for (const std::string& name : found) metric_by_name(name);
                      return found;
                    })
      .type_name("NAME,...");
}

std::vector<std::unique_ptr<Metric>> make_metrics(const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<Metric>> metrics;
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name)
      throw BadInput("--metrics names " + in_quotes(*name) + " twice");
  }
  for (const std::string& name : names) {
    if (name != "accuracy") metrics.push_back(metric_by_name(name));
  }
  return metrics;
}

std::string metric_key(const std::string& stored) {
  return stored.starts_with("train_eval_") ? stored : "valid_" + stored;
}

std::string metric_title(const std::string& stored) {
  constexpr std::string_view evaluated = "train_eval_";
  if (!stored.starts_with(evaluated)) return "valid " + stored;
  return "train eval " + stored.substr(evaluated.size());
}

}  // namespace lehr::cli
