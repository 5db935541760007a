#pragma once

#include <string>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr::test {

/// An optimizer rule with its settings. Gradients ("<case>/gradient.7") and initial parameters
/// ("<case>/parameters") come from the formula.
struct UpdateCase {
  std::string name;
  UpdateSpec spec;
  float lr = 0;
  float momentum = 0;
  float weight_decay = 0;
  float decoupled_decay = 0;
  float l1 = 0;

  UpdateRates rates(std::int64_t step) const {
    return {.step = step,
            .lr = lr,
            .momentum = momentum,
            .weight_decay = weight_decay,
            .decoupled_decay = decoupled_decay,
            .l1 = l1};
  }
};

inline constexpr std::int64_t update_steps = 20;
inline constexpr std::int64_t update_elements = 37;

/// The tensors of a case, for rules that need whole tensors: matrices of both orientations, a
/// vector, and gaps. Such a rule must not change the gaps.
inline constexpr UpdateTensor update_tensors[] = {{.offset = 0, .rows = 5, .columns = 3, .rank = 2},
                                                  {.offset = 16, .rows = 1, .columns = 6, .rank = 1},
                                                  {.offset = 24, .rows = 3, .columns = 4, .rank = 4}};

const std::vector<UpdateCase>& all_update_cases();

}  // namespace lehr::test
