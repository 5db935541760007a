#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/tensor_stats.hpp"
#include "lehr/store/run_records.hpp"

namespace lehr::store {

/// Where a tensor's histograms lie in packed bytes; nowhere where they were not made.
struct HistogramPlaces {
  std::size_t magnitudes = 0;
  std::size_t values = 0;  ///< and the end of the magnitudes
  std::size_t end = 0;
};

struct PackedTensor {
  int layer = 0;  ///< LayerInfo::index
  Watched what{};
  TensorNumbers numbers{};
  std::int64_t exponent = 0;  ///< SignedHistogram::exponent
  HistogramPlaces places{};
};

/// All statistics of a batch, a tenth of what they take as TensorStats: what a training's thread makes of
/// them for series and store.
class PackedStats {
 public:
  /// Passes over a tensor without a value: it was not measured.
  void add(int layer, Watched what, const TensorStats& stats);
  void clear();

  bool empty() const { return tensors_.empty(); }
  std::span<const PackedTensor> tensors() const { return tensors_; }
  /// As docs/run-store.md describes them, one behind the other.
  std::string_view histograms() const { return histograms_; }

 private:
  std::vector<PackedTensor> tensors_;
  std::string histograms_;
};

}  // namespace lehr::store
