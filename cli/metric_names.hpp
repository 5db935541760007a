#pragma once

#include <memory>
#include <string>
#include <vector>

#include "command.hpp"
#include "lehr/metrics/metric.hpp"

namespace lehr::cli {

/// Adds --metrics; names that do not exist are refused as they are read.
Option add_metric_names(const Command& app, std::vector<std::string>& names);
/// The metrics of these names; accuracy, which is measured anyway, left out.
std::vector<std::unique_ptr<Metric>> make_metrics(const std::vector<std::string>& names);

/// The key under which JSON and exports give a metric of the store: "valid_auroc", "train_eval_loss".
std::string metric_key(const std::string& stored);
/// How tables name it: "valid auroc", "train eval loss".
std::string metric_title(const std::string& stored);

}  // namespace lehr::cli
