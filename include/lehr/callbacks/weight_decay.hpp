#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// Sets the weight decay of parameter groups for a fit. It is of the optimizer's kind: decoupled for AdamW
/// and similar optimizers, else L2. Groups that are not named keep their weight decay.
class WeightDecay final : public Callback {
 public:
  /// `by_group` has the groups' names as keys. Throws BadInput if a decay is negative or not finite.
  /// before_fit throws BadInput if there is no such group.
  explicit WeightDecay(std::map<std::string, double> by_group);
  std::string_view name() const override { return "WeightDecay"; }
  void before_fit(Learner& learner) override;

 private:
  std::map<std::string, double> by_group_;
};

}  // namespace lehr
