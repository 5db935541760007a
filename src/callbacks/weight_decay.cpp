#include "lehr/callbacks/weight_decay.hpp"

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

WeightDecay::WeightDecay(std::map<std::string, double> by_group) : by_group_(std::move(by_group)) {
  for (const auto& [group, decay] : by_group_) {
    if (decay >= 0 && std::isfinite(decay)) continue;
    throw BadInput("the weight decay must be finite and not negative, found " + number_text(decay));
  }
}

void WeightDecay::before_fit(Learner& learner) {
  std::vector<ParameterGroup> groups(learner.groups().begin(), learner.groups().end());
  std::vector<std::string> names;
  for (const ParameterGroup& group : groups) names.push_back(group.name);
  for (const auto& [name, decay] : by_group_) {
    const auto found = std::ranges::find(groups, name, &ParameterGroup::name);
    if (found == groups.end()) throw unknown_name("parameter group", name, names);
    found->weight_decay = decay;
  }
  learner.set_groups(std::move(groups));
}

}  // namespace lehr
