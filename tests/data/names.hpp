#pragma once

#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"

namespace lehr::data_test {

inline std::vector<std::string> names_of(const Dataset& set) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < set.size(); ++i) names.push_back(set.name(i));
  return names;
}

inline std::vector<std::string> classes_of(const Dataset& set) {
  return {set.class_names().begin(), set.class_names().end()};
}

}  // namespace lehr::data_test
