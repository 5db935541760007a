#include "metric_names.hpp"

#include <string_view>

namespace lehr::cli {

std::string metric_key(const std::string& stored) {
  return stored.starts_with("train_eval_") ? stored : "valid_" + stored;
}

std::string metric_title(const std::string& stored) {
  constexpr std::string_view evaluated = "train_eval_";
  if (!stored.starts_with(evaluated)) return "valid " + stored;
  return "train eval " + stored.substr(evaluated.size());
}

}  // namespace lehr::cli
