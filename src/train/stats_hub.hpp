#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "classifier/plan_cache.hpp"
#include "lehr/train/stats_subscription.hpp"
#include "train/weight_stats.hpp"

namespace lehr {

/// The requests of one subscription.
struct StatsReader {
  std::vector<StatsRequest> requests;
  bool on = true;
  bool times = false;
  bool measuring = false;           ///< whether the current batch is measured
  std::vector<std::size_t> places;  ///< for each request, its index in the list for plans or for weights
};

/// Combines the requests of a Learner's subscriptions. Plans and WeightStats then measure them.
/// FitLoop calls the hub at each stage of a batch.
class StatsHub {
 public:
  /// Keeps references.
  StatsHub(const Graph& model, const Parameters& parameters, PlanCache& plans)
      : model_(model), parameters_(parameters), plans_(plans) {}

  /// Throws BadInput if a node is an input or not in the model, or if a weight is requested of a
  /// node without one.
  std::shared_ptr<StatsReader> add(std::vector<StatsRequest> requests);
  void remove(const StatsReader* reader);

  /// Makes the plans measure the requests of the current readers. Within a batch, this is delayed
  /// to the next one.
  void update(bool in_batch) {
    if (!joined_ && !in_batch) join();
  }

  /// Called when a batch has been loaded.
  void begin_batch();
  /// Called after the before_batch callbacks, before the model runs.
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
  bool measured_ = false;               // whether any reader measures the current batch
  std::optional<WeightStats> weights_;  // empty if no weights are requested
  // Which requests the current batch measures.
  std::vector<bool> probes_wanted_;
  std::vector<bool> weights_wanted_;
};

}  // namespace lehr
