#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "classifier/plan_cache.hpp"
#include "lehr/train/stats_subscription.hpp"
#include "train/weight_stats.hpp"

namespace lehr {

/// What one subscription asked for.
struct StatsReader {
  std::vector<StatsRequest> requests;
  bool on = true;
  bool times = false;
  bool measuring = false;           ///< the present batch
  std::vector<std::size_t> places;  ///< of the requests, among those of plans or of weights
};

/// Joins what the subscriptions of a Learner ask for into what plans and WeightStats measure. FitLoop tells
/// it where in a batch the training stands.
class StatsHub {
 public:
  /// Keeps references.
  StatsHub(const Graph& model, const Parameters& parameters, PlanCache& plans)
      : model_(model), parameters_(parameters), plans_(plans) {}

  /// Throws BadInput if a node is an input or not of the model, or has no weight whose weight is asked for.
  std::shared_ptr<StatsReader> add(std::vector<StatsRequest> requests);
  void remove(const StatsReader* reader);

  /// Has plans measure what the present readers ask for. Within a batch it waits for the next one.
  void update(bool in_batch) {
    if (!joined_ && !in_batch) join();
  }

  /// A batch has been loaded.
  void begin_batch();
  /// Callbacks have had their say, and the model is about to run.
  void before_predict();
  void before_step();
  void after_step();

  const TensorStats& result(const StatsReader& reader, std::size_t request) const;
  double seconds() const;

 private:
  void join();

  const Graph& model_;
  const Parameters& parameters_;
  PlanCache& plans_;
  std::vector<std::shared_ptr<StatsReader>> readers_;
  bool joined_ = true;                  // false: the readers have changed since join()
  bool measured_ = false;               // something of the present batch
  std::optional<WeightStats> weights_;  // if anybody asks for any
  // Which of all requests the present batch measures.
  std::vector<bool> of_plans_;
  std::vector<bool> of_weights_;
};

}  // namespace lehr
