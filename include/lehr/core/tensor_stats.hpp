#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace lehr {

/// What is measured of a tensor.
struct StatsSpec {
  bool histograms = true;
  float near_zero = 0.05F;  ///< threshold of the near-zero shares; fastai's
};

/// Counts of values by size: |x| in 40 bins over [0, 10], the top included, as torch.histc(x.abs(), 40, 0,
/// 10) in fastai's course22p2; beyond are those above 10.
struct MagnitudeHistogram {
  static constexpr int bins = 40;
  static constexpr double width = 0.25;
  std::array<std::uint64_t, bins> counts{};
  std::uint64_t beyond = 0;
  friend bool operator==(const MagnitudeHistogram&, const MagnitudeHistogram&) = default;
};

/// Counts of values by sign and size over a range that fits the data: bin 64 + i holds [i, i + 1) 2^exponent
/// and bin 63 - i what lies mirrored below 0, zeros being in bin 64. The exponent is the least (from -126)
/// with which all finite values fall into a bin: a function of the largest magnitude alone.
struct SignedHistogram {
  static constexpr int bins = 128;
  std::array<std::uint64_t, bins> counts{};
  std::int64_t exponent = -126;

  double width() const;
  /// Lower edge of a bin.
  double edge(int bin) const;
  friend bool operator==(const SignedHistogram&, const SignedHistogram&) = default;
};

/// To single precision; what is too large for it stays.
double rounded_to_single(double value);

/// One tensor in numbers, reals rounded to single precision (a norm beyond it is not). All but non_finite are
/// about the finite values alone; of none, all are 0.
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
  std::int64_t zero = 0;           ///< exactly

  /// Of finite values; 0 of none.
  double near_zero_share() const { return share(near_zero); }
  double near_zero_abs_share() const { return share(near_zero_abs); }
  double zero_share() const { return share(zero); }

 private:
  double share(std::int64_t part) const {
    return count > 0 ? static_cast<double>(part) / static_cast<double>(count) : 0;
  }
};

/// And its histograms.
struct TensorStats : TensorNumbers {
  MagnitudeHistogram magnitudes{};  ///< empty without StatsSpec::histograms
  SignedHistogram values{};         ///< likewise
};

}  // namespace lehr
