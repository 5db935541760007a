#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

/// The learning-rate finder's arithmetic: sweep, smoothing, stop rule and suggestions, on plain numbers.
/// Source: Smith 2015; the suggestions are fastai's.
namespace lehr {

/// The sweep's shape.
struct LrSweep {
  double from = 1e-7;
  double to = 10;
  int batches = 100;
  double beta = 0.98;      ///< of the exponential mean that smooths the loss
  double stop_factor = 4;  ///< the sweep ends where the smoothed loss passes the best one by this factor

  /// The rate of batch i: from (to / from)^(i / (batches - 1)).
  double lr(int i) const;
};
/// Throws BadInput where a setting is out of range.
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

/// What to try, each nothing where the curve does not show it. Source: fastai's callback.schedule.
struct LrSuggestions {
  std::optional<double> valley{};   ///< within the longest valley of falling losses
  std::optional<double> steep{};    ///< where the loss falls fastest over ln lr
  std::optional<double> minimum{};  ///< a tenth of the rate with the least loss
  std::optional<double> slide{};    ///< the last rate before the loss rises
  std::string note{};               ///< why there is no valley; empty where there is one
};

/// Looks at the smoothed losses without the first 10 % of the sweep and the last 5 points, up to the first
/// that is not finite. A valley that lowers the loss by less than 5 % of where it starts, or by less than
/// four times the scatter of the losses around their smoothed course, is none: noise alone digs such.
LrSuggestions suggest_lr(std::span<const LrPoint> curve, const LrSweep& sweep = {});

/// Sweeps from several seeds: for each rate that all reached, the spread of the smoothed losses.
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
