#pragma once

#include <algorithm>
#include <vector>

#include "lehr/optim/optimizer.hpp"
#include "support/device.hpp"

namespace lehr::test {

/// One step of an optimizer on values in host memory. rates: as Optimizer::step takes them.
template <class Values, class... Rates>
void step_on_host(Optimizer& optimizer, Values& values, const Values& grads, const Rates&... rates) {
  const Backend& backend = optimizer.backend();
  const Buffer stepped = buffer_of(backend, std::vector<float>(values.begin(), values.end()));
  const Buffer gradients = buffer_of(backend, std::vector<float>(grads.begin(), grads.end()));
  optimizer.step(stepped.ref(), gradients.ref(), rates...);
  std::ranges::copy(on_host(stepped.ref()), values.begin());
}

}  // namespace lehr::test
