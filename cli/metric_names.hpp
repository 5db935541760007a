#pragma once

#include <string>

namespace lehr::cli {

/// The key of a stored metric in JSON and exports: "valid_auroc", "train_eval_loss", "weight_norm".
std::string metric_key(const std::string& stored);
/// The name of a stored metric in tables: "valid auroc", "train eval loss", "weight_norm".
std::string metric_title(const std::string& stored);

}  // namespace lehr::cli
