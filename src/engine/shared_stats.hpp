#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// Statistics of tensors that several readers request. All readers of a tensor share one probe. It
/// computes the union of what the readers want in the current batch. Each reader gets the parts
/// that it asked for.
class SharedStats {
 public:
  explicit SharedStats(const Backend& backend) : backend_(&backend) {}

  /// Adds a reader of a tensor and returns the index of the tensor's place. `tensor` is any number
  /// that identifies the tensor. Readers with different thresholds get separate places.
  std::size_t add(std::int64_t tensor, const StatsSpec& spec);

  /// Selects the readers that want the next batches, in the order of add(). Empty means none, the
  /// initial state.
  void choose(const std::vector<bool>& wanted);
  bool any_wanted() const { return any_wanted_; }
  /// Clears all results. A tensor has no values until it is measured.
  void forget();

  std::size_t places() const { return places_.size(); }
  /// Null if no reader wants the tensor.
  TensorProbe* probe(std::size_t place) const { return places_[place].probe; }
  /// The result that the probe writes to.
  TensorStats& result_of(std::size_t place) { return places_[place].result; }
  /// Copies the place's result to its readers.
  void copy_to_readers(std::size_t place);

  /// The statistics that a reader asked for. Empty if the reader did not want the batch or if the
  /// tensor was not measured.
  const TensorStats& result(std::size_t reader) const;

 private:
  struct Place {
    std::int64_t tensor;
    StatsSpec spec;  // the union over all readers
    TensorProbe* probe = nullptr;
    TensorStats result{};
    std::vector<std::size_t> readers{};
    // Made on demand, one per combination of parts.
    std::vector<std::pair<StatsSpec, std::unique_ptr<TensorProbe>>> probes{};
  };
  struct Reader {
    std::size_t place;
    StatsSpec spec;
    bool wants = false;
    std::optional<TensorStats> own_result{};  // used if the place measures more than this reader asked for
  };
  TensorProbe* probe_for(Place& place, const StatsSpec& spec) const;

  const Backend* backend_;
  std::vector<Place> places_;
  std::vector<Reader> readers_;
  std::vector<bool> wanted_;
  bool any_wanted_ = false;
};

}  // namespace lehr
