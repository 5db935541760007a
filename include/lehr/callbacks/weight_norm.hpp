#pragma once

#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// Records `weight_norm` for each epoch: the L2 norm of all parameters together, sqrt(sum w^2), after the
/// epoch's last step. Frozen parameters count, running statistics do not. With Ema it is that of the weights,
/// not of the average.
class WeightNorm final : public Callback {
 public:
  std::string_view name() const override { return "WeightNorm"; }
  void after_train(Learner& learner) override;
};

}  // namespace lehr
