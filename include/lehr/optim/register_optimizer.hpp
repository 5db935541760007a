#pragma once

#include <functional>
#include <memory>

#include "lehr/backend/custom_update.hpp"
#include "lehr/optim/optimizer_spec.hpp"

namespace lehr {

/// Makes the rule from the spec's attributes. Throws BadInput for attributes out of range.
using UpdateFactory = std::function<std::shared_ptr<const CustomUpdate>(const Attributes&)>;

/// Adds an optimizer of the program's own to those that optimizer_by_name knows. Its name is the type of
/// defaults.update, whose attributes are the default settings. From now on a Learner may use the spec, or
/// variants of it with other settings, on the cpu and the reference backend; checkpoints save the rule's
/// states. Throws BadInput if the name is taken or is no name, or if a default is out of range. May be called
/// from any thread.
void register_optimizer(const OptimizerSpec& defaults, UpdateFactory make);

}  // namespace lehr
