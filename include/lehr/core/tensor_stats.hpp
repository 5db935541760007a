#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string_view>
#include <vector>

namespace lehr {

/// Which statistics of a tensor are computed.
struct StatsSpec {
  bool histograms = true;
  bool channels = false;    ///< also ChannelStats
  float near_zero = 0.05F;  ///< threshold of the near-zero shares; fastai's default
  // Values at or beyond these bounds count as saturated. Used only in ChannelStats. By default
  // there are no bounds.
  float saturated_below = -std::numeric_limits<float>::infinity();
  float saturated_above = std::numeric_limits<float>::infinity();
  friend bool operator==(const StatsSpec&, const StatsSpec&) = default;
};

/// Counts of values by magnitude: |x| in 40 bins over [0, 10], including 10, as
/// torch.histc(x.abs(), 40, 0, 10) in fastai's course22p2. `beyond` counts the values above 10.
struct MagnitudeHistogram {
  static constexpr int bins = 40;
  static constexpr double width = 0.25;
  std::array<std::uint64_t, bins> counts{};
  std::uint64_t beyond = 0;
  friend bool operator==(const MagnitudeHistogram&, const MagnitudeHistogram&) = default;
};

/// Counts of values by sign and size, over a range that fits the data. Bin 64 + i holds [i, i + 1)
/// 2^exponent. Bin 63 - i holds the mirrored interval below 0. Zeros are in bin 64. The exponent is
/// the smallest one (from -126) for which every finite value falls into a bin, so it depends only
/// on the largest magnitude.
struct SignedHistogram {
  static constexpr int bins = 128;
  std::array<std::uint64_t, bins> counts{};
  std::int64_t exponent = -126;

  double width() const;
  /// Lower edge of a bin.
  double edge(int bin) const;
  friend bool operator==(const SignedHistogram&, const SignedHistogram&) = default;
};

/// Rounds to single precision. Values beyond its range are returned unchanged.
double rounded_to_single(double value);

/// Statistics of one tensor. Reals are rounded to single precision, except a norm beyond its range.
/// All fields except non_finite cover the finite values only. If there are none, the counts are 0
/// and the reals are NaN. `stat_fields` below lists the fields.
struct TensorNumbers {
  std::int64_t count = 0;  ///< finite values
  std::int64_t non_finite = 0;
  double mean = 0;
  double std = 0;  ///< unbiased; 0 for a single value
  double min = 0;
  double max = 0;
  double norm = 0;                 ///< L2
  std::int64_t near_zero = 0;      ///< x <= threshold, signed, as fastai counts
  std::int64_t near_zero_abs = 0;  ///< |x| <= threshold
  std::int64_t zero = 0;           ///< exactly zero

  /// As a share of the finite values. 0 if there are none.
  double near_zero_share() const { return share(near_zero); }
  double near_zero_abs_share() const { return share(near_zero_abs); }
  double zero_share() const { return share(zero); }

 private:
  double share(std::int64_t part) const {
    return count > 0 ? static_cast<double>(part) / static_cast<double>(count) : 0;
  }
};

/// One field of TensorNumbers. Packing, series, columns of the run store, JSON and exports are
/// generated from these.
struct StatField {
  enum class Kind {
    count,
    real,
    share  ///< a count that series and the view layer_stats show as a share of the finite values
  };
  std::string_view name;
  Kind kind;
  std::int64_t TensorNumbers::*integer = nullptr;  ///< for a count or a share
  double TensorNumbers::*number = nullptr;         ///< for a real

  constexpr StatField(std::string_view its_name, std::int64_t TensorNumbers::*where,
                      Kind its_kind = Kind::count)
      : name(its_name), kind(its_kind), integer(where) {}
  constexpr StatField(std::string_view its_name, double TensorNumbers::*where)
      : name(its_name), kind(Kind::real), number(where) {}

  /// The field as a number. A share is returned as its count.
  constexpr double value(const TensorNumbers& of) const {
    return number != nullptr ? of.*number : static_cast<double>(of.*integer);
  }
  /// The value that series show. NaN for a share without finite values.
  constexpr double shown(const TensorNumbers& of) const {
    if (kind != Kind::share) return value(of);
    return of.count > 0 ? value(of) / static_cast<double>(of.count)
                        : std::numeric_limits<double>::quiet_NaN();
  }
};

/// All fields of TensorNumbers, in column order. To add a statistic: add a member to TensorNumbers,
/// add a line at the end of this list, compute it in backend/stats_parts (and in the vectorised
/// kernels), raise store::schema_version and describe the column in docs/run-store.md.
inline constexpr StatField stat_fields[] = {
    {"count", &TensorNumbers::count},
    {"non_finite", &TensorNumbers::non_finite},
    {"mean", &TensorNumbers::mean},
    {"std", &TensorNumbers::std},
    {"min", &TensorNumbers::min},
    {"max", &TensorNumbers::max},
    {"norm", &TensorNumbers::norm},
    {"near_zero", &TensorNumbers::near_zero, StatField::Kind::share},
    {"near_zero_abs", &TensorNumbers::near_zero_abs, StatField::Kind::share},
    {"zero", &TensorNumbers::zero, StatField::Kind::share}};
static_assert(sizeof(TensorNumbers) == std::size(stat_fields) * sizeof(std::int64_t),
              "stat_fields lists every field of TensorNumbers once");

/// Counts for each channel of an activation, or for each feature of a linear layer. NaN is never
/// counted.
struct ChannelCounts {
  std::uint32_t zero = 0;           ///< exactly zero
  std::uint32_t near_zero_abs = 0;  ///< |x| <= threshold
  std::uint32_t saturated = 0;      ///< at or beyond StatsSpec's bounds; infinities too if there is a bound
  friend bool operator==(const ChannelCounts&, const ChannelCounts&) = default;
};

/// One field of ChannelCounts. Packing, columns of the run store and exports are generated from
/// these.
struct ChannelField {
  std::string_view name;
  std::uint32_t ChannelCounts::*count;
};

/// All fields of ChannelCounts, in column order. To add one: add a member to ChannelCounts, add a
/// line at the end of this list, count it in the backends (ChannelTask in backend/cpu, the loop in
/// backend/reference), raise store::schema_version and describe the column in docs/run-store.md.
inline constexpr ChannelField channel_fields[] = {{"zero", &ChannelCounts::zero},
                                                  {"near_zero_abs", &ChannelCounts::near_zero_abs},
                                                  {"saturated", &ChannelCounts::saturated}};
static_assert(sizeof(ChannelCounts) == std::size(channel_fields) * sizeof(std::uint32_t),
              "channel_fields lists every field of ChannelCounts once");

struct ChannelStats {
  std::int64_t values = 0;              ///< values per channel, including those that are not finite
  std::vector<ChannelCounts> counts{};  ///< one entry per channel

  bool empty() const { return counts.empty(); }
  /// Share of the channel's values, 0 to 1.
  double share(const ChannelField& field, std::size_t channel) const {
    return static_cast<double>(counts.at(channel).*field.count) / static_cast<double>(values);
  }
  friend bool operator==(const ChannelStats&, const ChannelStats&) = default;
};

/// All statistics of one tensor.
struct TensorStats : TensorNumbers {
  MagnitudeHistogram magnitudes{};  ///< empty without StatsSpec::histograms
  SignedHistogram values{};         ///< as `magnitudes`
  ChannelStats channels{};          ///< empty without StatsSpec::channels
};

}  // namespace lehr
