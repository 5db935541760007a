#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

/// The computations of the learning-rate finder on plain numbers: sweep, smoothing, stop rule and
/// suggestions. Source: Smith 2015; the suggestions are fastai's.
namespace lehr {

/// The range and the rules of a sweep.
struct LrSweep {
  double from = 1e-7;
  double to = 10;
  int batches = 100;
  /// Factor of the exponential mean that smooths the loss.
  double beta = 0.98;
  double stop_factor = 4;  ///< the sweep ends if the smoothed loss exceeds the best one times this factor

  /// The rate of batch i: from * (to / from)^(i / (batches - 1)).
  double lr(int i) const;
};
/// Throws BadInput if a setting is out of range.
void check(const LrSweep& sweep);

struct LrPoint {
  double lr = 0;
  double loss = 0;
  double smoothed = 0;
};

/// An exponential mean with bias correction, as in fastai's AvgSmoothLoss and Adam.
class SmoothedLoss {
 public:
  explicit SmoothedLoss(double beta) : beta_(beta) {}
  double add(double loss);

 private:
  double beta_;
  double mean_ = 0;
  double weight_ = 1;
};

/// Suggested rates. A suggestion is empty if the curve does not support one. Source: fastai's
/// callback.schedule.
struct LrSuggestions {
  std::optional<double> valley{};   ///< within the longest run of falling losses
  std::optional<double> steep{};    ///< the rate at which the loss falls fastest, by slope over ln lr
  std::optional<double> minimum{};  ///< a tenth of the rate with the lowest loss
  std::optional<double> slide{};    ///< the last rate before the loss rises
  std::string note{};               ///< why there is no valley; empty if there is one
};

/// Uses the smoothed losses without the first 10 % of the sweep and the last 5 points, up to the first loss
/// that is not finite. A valley counts only if it lowers the loss by at least 5 % of its starting value and
/// by at least four times the scatter of the losses around the smoothed curve: noise alone makes smaller
/// valleys.
LrSuggestions suggest_lr(std::span<const LrPoint> curve, const LrSweep& sweep = {});

/// Sweeps from several seeds: the spread of the smoothed losses for each rate that all sweeps reached.
struct LrBand {
  struct Level {
    double lr = 0;
    double low = 0;
    double median = 0;
    double high = 0;
  };
  std::vector<Level> levels;
};
LrBand lr_band(std::span<const std::vector<LrPoint>> curves);

}  // namespace lehr
