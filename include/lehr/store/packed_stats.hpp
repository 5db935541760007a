#pragma once

#include <array>
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

/// Where a tensor's channel counts lie in packed bytes, a run of counts for each of channel_fields.
struct ChannelPlaces {
  std::int64_t channels = 0;  ///< 0: they were not counted
  std::int64_t values = 0;    ///< of each channel
  std::array<std::size_t, std::size(channel_fields)> begin{};
  std::size_t end = 0;
};

struct PackedTensor {
  int layer = 0;  ///< LayerInfo::index
  Watched what{};
  TensorNumbers numbers{};
  std::int64_t exponent = 0;  ///< SignedHistogram::exponent
  HistogramPlaces places{};
  ChannelPlaces channels{};
};

/// All statistics of a batch, a tenth of what they take as TensorStats: what a training's thread makes of
/// them for series and store.
class PackedStats {
 public:
  /// Passes over a tensor without a value: it was not measured.
  void add(int layer, Watched what, const TensorStats& stats);
  /// Adds one of another batch's tensors under a layer's number here.
  void add(int layer, const PackedTensor& tensor, const PackedStats& from);
  void clear();

  bool empty() const { return tensors_.empty(); }
  std::span<const PackedTensor> tensors() const { return tensors_; }
  /// As docs/run-store.md describes them, one behind the other.
  std::string_view histograms() const { return histograms_; }
  std::string_view channels() const { return channels_; }

 private:
  std::vector<PackedTensor> tensors_;
  std::string histograms_;
  std::string channels_;
};

}  // namespace lehr::store
