#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

namespace lehr {

class Learner;

struct NoiseScaleOptions {
  std::int64_t batches = 100;  ///< of the Learner's batch size, in the order of its next epochs
  /// Each batch is cut into so many equal parts. More parts measure the noise more precisely and, with batch
  /// norm, use the statistics of fewer images.
  std::int64_t parts = 2;
  /// Called before each batch with the batches done and the total. If it returns false, the measurement ends.
  std::function<bool(std::int64_t done, std::int64_t total)> progress{};
  std::stop_token stop{};  ///< ends the measurement after the current batch
};

/// The gradient noise scale tr(Sigma) / |G|^2 at some weights, where G is the mean and Sigma the covariance
/// of the gradients of single images. Up to about this batch size, twice the batch saves nearly half of the
/// steps; far above it, almost none. Source: McCandlish, Kaplan, Amodei, "An empirical model of large-batch
/// training", 2018 (arXiv 1812.06162), equation 2.9 and appendix A.1.
struct NoiseScale {
  /// In images: noise / signal. Infinity if signal <= 0: too few images to see the mean gradient.
  double images = 0;
  double low = 0;     ///< 95 % bootstrap interval of `images` over the batches
  double high = 0;    ///< infinity if the interval has no upper end
  double signal = 0;  ///< |G|^2, unbiased
  double noise = 0;   ///< tr(Sigma), unbiased
  std::int64_t batches = 0;
  bool cancelled = false;  ///< by progress, the stop token or Learner::request_stop; then of fewer batches
};

/// Measures the noise scale at the Learner's present weights, from the gradients of the parts of each batch
/// and their mean. Numerator and denominator are averaged apart. Each image passes the network once, with its
/// transforms and dropout. With batch norm, each part has its own statistics, so the result is that of
/// batches of that size. Mixing callbacks (MixUp, CutMix) are not used. The Learner does not change, also if
/// the measurement is cancelled.
///
/// Throws BadInput if `batches` < 2, `parts` < 2 or the batches have fewer images than parts.
NoiseScale measure_noise_scale(const Learner& learner, const NoiseScaleOptions& options = {});

}  // namespace lehr
