#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// Sets the weight decay of parameter groups for a fit, of the optimizer's kind: decoupled for AdamW and the
/// like, else L2. Groups that are not named keep theirs.
class WeightDecay final : public Callback {
 public:
  /// By the groups' names. Throws BadInput where a decay is negative or not finite; at before_fit where there
  /// is no such group.
  explicit WeightDecay(std::map<std::string, double> by_group);
  std::string_view name() const override { return "WeightDecay"; }
  void before_fit(Learner& learner) override;

 private:
  std::map<std::string, double> by_group_;
};

}  // namespace lehr
