#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "lehr/data/loader.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr {

/// What a batch came to.
struct BatchResult {
  double loss = 0;                ///< mean over the batch
  std::span<const float> scores;  ///< (size, classes), row by row; valid until the next batch
};

/// A classifier's graph with its loss behind it, and one plan for each batch size and mode that came up: the
/// last batch of an epoch may be shorter than the others.
class PlanCache {
 public:
  /// model is a graph from one input of images to (N, classes) scores. Keeps a reference to parameters.
  PlanCache(const Graph& model, ops::CrossEntropy::Spec loss, Parameters& parameters, std::uint64_t seed);

  Plan& plan(std::int64_t batch_size, Mode mode);
  /// Runs a batch forward; in training mode plan(batch.size, mode).backward() may follow.
  BatchResult forward(const Batch& batch, Mode mode, std::uint64_t step);

  const Graph& graph() const { return graph_; }
  NodeId scores_node() const { return scores_; }

 private:
  Graph graph_;
  NodeId images_ = 0;
  NodeId targets_ = 0;
  NodeId scores_ = 0;
  Parameters& parameters_;
  std::uint64_t seed_;
  std::map<std::pair<std::int64_t, Mode>, Plan> plans_;
  std::vector<float> host_scores_;
};

}  // namespace lehr
