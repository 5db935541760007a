#include <algorithm>
#include <numeric>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/predictor.hpp"

namespace lehr {
std::vector<ClassProbability> most_probable(std::span<const float> probabilities,
                                            std::span<const std::string> class_names, std::size_t top) {
  if (probabilities.size() != class_names.size()) {
    throw BadInput("expected a probability for each of the " + counted(class_names.size(), "class") +
                   ", found " + std::to_string(probabilities.size()));
  }
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  order.resize(std::min(top, order.size()));
  std::vector<ClassProbability> classes;
  for (const std::size_t i : order)
    classes.push_back({class_names[i], static_cast<double>(probabilities[i])});
  return classes;
}

}  // namespace lehr
