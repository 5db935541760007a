#pragma once

#include <functional>
#include <memory>

#include "lehr/backend/custom_update.hpp"
#include "lehr/optim/optimizer_spec.hpp"

namespace lehr {

/// Makes the rule from the spec's attributes. Throws BadInput for attributes out of range.
using UpdateFactory = std::function<std::shared_ptr<const CustomUpdate>(const Attributes&)>;

/// Registers a program's own optimizer for optimizer_by_name. Its name is the type of
/// defaults.update, and the attributes of defaults.update are the default settings. After this, a
/// Learner can use the spec on the cpu and the reference backend, also with other settings.
/// Checkpoints save the rule's states. Throws BadInput if the name is taken or is not a valid name,
/// or if a default is out of range. May be called from any thread.
void register_optimizer(const OptimizerSpec& defaults, UpdateFactory make);

}  // namespace lehr
