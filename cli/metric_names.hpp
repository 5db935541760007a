#pragma once

#include <string>

namespace lehr::cli {

/// The key under which JSON and exports give a metric of the store: "valid_auroc", "train_eval_loss".
std::string metric_key(const std::string& stored);
/// How tables name it: "valid auroc", "train eval loss".
std::string metric_title(const std::string& stored);

}  // namespace lehr::cli
