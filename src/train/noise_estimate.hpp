#pragma once

#include <span>

#include "lehr/backend/buffer.hpp"
#include "train/gradient_probe.hpp"

namespace lehr {

/// Unbiased estimates from one batch. Average each over batches before you divide them.
struct NoiseEstimate {
  double signal = 0;  ///< |G|^2
  double noise = 0;   ///< tr(Sigma)
};

/// The mean gradient of some images.
struct GradientPart {
  double images = 0;
  double squares = 0;  ///< |g|^2
};

/// From the gradients of two or more parts of a batch and their mean, weighted by images. E|g|^2 of n images
/// is |G|^2 + tr(Sigma) / n. Source: McCandlish et al. 2018, appendix A.1, with the mean over the parts in
/// place of one small batch.
NoiseEstimate noise_estimate(std::span<const GradientPart> parts, double squares_of_mean);

/// Measures batches by the gradients of parts of equal size.
class PartsOfBatches {
 public:
  PartsOfBatches(const Learner& learner, std::int64_t parts);
  void follow(const Learner& learner) { probe_.follow(learner); }
  /// The batch has as many images as parts or more. What is left over is left out.
  NoiseEstimate measure(const Batch& batch, std::uint64_t draw);

 private:
  GradientProbe probe_;
  Buffer sum_;  // of the gradients of a batch, to their mean
  std::int64_t parts_;
  std::int64_t classes_;
};

}  // namespace lehr
