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

/// Where a tensor's histograms are in packed bytes. A histogram that was not made is empty.
struct HistogramPlaces {
  std::size_t magnitudes = 0;
  std::size_t values = 0;  ///< also the end of the magnitudes
  std::size_t end = 0;
};

/// Where a tensor's channel counts are in packed bytes: one sequence of counts for each of
/// channel_fields.
struct ChannelPlaces {
  std::int64_t channels = 0;  ///< 0: channels were not counted
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

/// All statistics of a batch, in a tenth of the memory of TensorStats. The training thread makes
/// them for the series and the store.
class PackedStats {
 public:
  /// Ignores a tensor without values, because it was not measured.
  void add(int layer, Watched what, const TensorStats& stats);
  /// Adds a tensor of another batch, with the number of a layer in this one.
  void add(int layer, const PackedTensor& tensor, const PackedStats& from);
  void clear();

  bool empty() const { return tensors_.empty(); }
  std::span<const PackedTensor> tensors() const { return tensors_; }
  /// In the format of docs/run-store.md, one after the other.
  std::string_view histograms() const { return histograms_; }
  std::string_view channels() const { return channels_; }

 private:
  std::vector<PackedTensor> tensors_;
  std::string histograms_;
  std::string channels_;
};

}  // namespace lehr::store
