#pragma once

#include <string>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr::test {

/// An optimizer rule with its settings. Gradients come from the formula ("<case>/gradient.7"), as do the
/// first parameters ("<case>/parameters").
struct UpdateCase {
  std::string name;
  UpdateSpec spec;
  float lr = 0;
  float momentum = 0;
  float weight_decay = 0;
};

inline constexpr std::int64_t update_steps = 20;
inline constexpr std::int64_t update_elements = 37;

const std::vector<UpdateCase>& all_update_cases();

}  // namespace lehr::test
