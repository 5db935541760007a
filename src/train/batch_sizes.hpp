#pragma once

#include <cstdint>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// How an epoch of training is cut into batches.
struct BatchCut {
  std::int64_t samples = 0;
  std::int64_t batch_size = 0;
  bool drop_last = false;
  std::int64_t batches = 0;  ///< that are trained on
};

/// Throws BadInput if a training batch gives a batch norm layer one value a channel, whose variance is
/// undefined: a batch of one picture where the layer sees one position. Names a batch size that works.
void check_batch_norm(const Graph& model, const BatchCut& cut);

}  // namespace lehr
