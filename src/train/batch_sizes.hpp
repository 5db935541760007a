#pragma once

#include <cstdint>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// How a training epoch is cut into batches.
struct BatchCut {
  std::int64_t samples = 0;
  std::int64_t batch_size = 0;
  bool drop_last = false;
  std::int64_t batches = 0;  ///< training batches
};

/// Throws BadInput if a batch norm layer gets one value per channel in a training batch, because the variance
/// is then undefined. This happens if a batch has one image and the layer sees one position. The message
/// names a batch size that works.
void check_batch_norm(const Graph& model, const BatchCut& cut);

}  // namespace lehr
