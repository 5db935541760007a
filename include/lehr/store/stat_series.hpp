#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/tensor_stats.hpp"
#include "lehr/store/packed_stats.hpp"
#include "lehr/store/state_table.hpp"

namespace lehr {

/// Numbers by bin and recorded batch, row-major.
struct StatImage {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  /// Throws BadInput outside the image.
  float at(std::size_t row, std::size_t column) const;
};

/// The statistics of a tensor that was not measured: no values, and reals that are NaN.
TensorStats no_stats();

/// The statistics of one tensor, one value per recorded batch. A value is NaN if the tensor was not
/// measured at that batch or had no finite value. Shares are from 0 to 1. Histograms are stored
/// packed, in a fifth of the memory.
class StatSeries {
 public:
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// Memory of the entries.
  std::size_t bytes() const { return entries_.size() * sizeof(Entry) + packed_.size(); }
  TensorStats operator[](std::size_t i) const;
  /// The channel counts of one entry; empty if channels were not counted.
  ChannelStats channels(std::size_t i) const;
  /// The number of channels in the last entry that counted channels; 0 if none did.
  std::size_t channel_count() const;
  /// The channels whose values were all exactly zero in each of the last fifth of the entries that
  /// counted channels. After ReLU, such channels are dead. Empty if no entry counted channels.
  std::vector<std::int64_t> dead_channels() const;
  std::vector<TensorStats> all() const;

  /// One statistic by the name of its field (`stat_fields`). Shares are shares of the finite
  /// values. Throws BadInput with the nearest name if there is no such field.
  std::vector<float> values(std::string_view field) const;
  std::vector<float> mean() const;
  std::vector<float> std() const;
  std::vector<float> min() const;
  std::vector<float> max() const;
  std::vector<float> norm() const;
  /// Share of x <= 0.05, as fastai's ActivationStats counts.
  std::vector<float> near_zero() const;
  std::vector<float> near_zero_abs() const;
  std::vector<float> zero() const;
  std::vector<float> non_finite() const;

  /// "The colourful dimension": log1p of the counts of |x|, smallest magnitudes in row 0. Source: fastai's
  /// color_dim; the 40 bins over [0, 10] are those of course22p2.
  StatImage color_dim() const;
  /// Share of values in the first bins of |x|, below bins / 4. Source: course22p2's dead_chart, with 2.
  std::vector<float> dead_chart(int bins = 2) const;

  void push(const TensorStats& stats);
  /// Adds a tensor that is already packed.
  void push(const store::PackedTensor& tensor, const store::PackedStats& batch);
  /// Keeps only the entries at these places, which must ascend.
  void keep(std::span<const std::size_t> places);
  void assign(std::span<const TensorStats> stats);

  /// The series for a checkpoint. The columns are: one for each of stat_fields, under its name;
  /// "exponent" (of the signed values); the counts "magnitudes", "values" and "channel_counts",
  /// packed as in docs/run-store.md; and "channels" and "channel_values" (the number of channels
  /// and the number of values of each).
  StateTable to_table() const;
  /// Replaces the entries. Throws BadInput if a column is missing or damaged.
  void assign(const StateTable& table);

 private:
  /// A TensorStats whose histograms and channels are in packed_, up to these places.
  struct Entry {
    TensorNumbers numbers;
    std::int64_t exponent;
    std::size_t magnitudes_end;
    std::size_t values_end;
    std::size_t end;
    std::int64_t channels;
    std::int64_t channel_values;
  };
  void check_place(std::size_t i) const;
  std::size_t begin_of(std::size_t i) const { return i == 0 ? 0 : entries_[i - 1].end; }
  MagnitudeHistogram magnitudes(std::size_t i) const;
  std::vector<float> series(const StatField& field) const;

  std::vector<Entry> entries_;
  std::string packed_;
};

}  // namespace lehr
