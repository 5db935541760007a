#pragma once

/// Everything of lehr's public interface.
#include "lehr/backend/backend.hpp"
#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/data/data.hpp"
#include "lehr/graph/cost.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"
#include "lehr/graph/summary.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/model_file.hpp"
