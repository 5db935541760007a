#pragma once

/// What a program needs to add operations, losses, models, data schemes and optimizers of its own
/// (docs/extending.md). Everything else is in lehr/lehr.hpp.
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/scheme.hpp"
#include "lehr/engine/custom_op.hpp"
#include "lehr/engine/gradient_check.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/models/models.hpp"
#include "lehr/optim/register_optimizer.hpp"
