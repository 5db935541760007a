#pragma once

#include <vector>

#include "lehr/train/learner.hpp"
#include "support/device.hpp"

namespace lehr::test {

/// All parameters of a Learner, copied to the host.
inline std::vector<float> weights_of(const Learner& learner) {
  return on_host(learner.parameters().values());
}

}  // namespace lehr::test
