#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// Tensors that several readers want measured. Readers of one tensor share a probe, which measures what those
/// want together that want anything of the present batch. Each reader gets what it asked for.
class SharedStats {
 public:
  explicit SharedStats(const Backend& backend) : backend_(&backend) {}

  /// Adds a reader of a tensor, which any number stands for, and returns the place of that tensor. Readers
  /// with another threshold get a place of their own.
  std::size_t add(std::int64_t tensor, const StatsSpec& spec);

  /// Which readers, in the order of add(), want the next batches; empty: none. Nobody does at first.
  void choose(const std::vector<bool>& wanted);
  bool any_wanted() const { return any_wanted_; }
  /// From here on no tensor has a value until it is measured.
  void forget();

  std::size_t places() const { return places_.size(); }
  /// Null if no reader wants the tensor.
  TensorProbe* probe(std::size_t place) const { return places_[place].probe; }
  /// For the probe to write to.
  TensorStats& result_of(std::size_t place) { return places_[place].result; }
  /// Hands the place's result to its readers.
  void share(std::size_t place);

  /// What a reader asked for. Without any value if it did not want the batch or the tensor was not measured.
  const TensorStats& result(std::size_t reader) const;

 private:
  struct Place {
    std::int64_t tensor;
    StatsSpec spec;  // of all its readers
    TensorProbe* probe = nullptr;
    TensorStats result{};
    std::vector<std::size_t> readers{};
    std::vector<std::pair<StatsSpec, std::unique_ptr<TensorProbe>>> probes{};  // by parts, made when needed
  };
  struct Reader {
    std::size_t place;
    StatsSpec spec;
    bool wants = false;
    std::optional<TensorStats> less{};  // if the place measures more than this reader asked for
  };
  TensorProbe* probe_for(Place& place, const StatsSpec& spec) const;

  const Backend* backend_;
  std::vector<Place> places_;
  std::vector<Reader> readers_;
  std::vector<bool> wanted_;
  bool any_wanted_ = false;
};

}  // namespace lehr
