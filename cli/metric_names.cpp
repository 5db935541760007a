#include "metric_names.hpp"

#include <string_view>

#include "lehr/callbacks/measurements.hpp"

namespace lehr::cli {

std::string metric_key(const std::string& stored) {
  const bool is_whole = stored.starts_with("train_eval_") || measurement_of_value(stored) != nullptr;
  return is_whole ? stored : "valid_" + stored;
}

std::string metric_title(const std::string& stored) {
  constexpr std::string_view evaluated = "train_eval_";
  if (measurement_of_value(stored) != nullptr) return stored;
  if (!stored.starts_with(evaluated)) return "valid " + stored;
  return "train eval " + stored.substr(evaluated.size());
}

}  // namespace lehr::cli
