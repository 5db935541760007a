#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lehr/core/rng.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct MixOptions {
  double alpha = 0.4;  ///< of the Beta(alpha, alpha) distribution that shares are drawn from; 1 for CutMix
};

/// What MixUp and CutMix share: each image is mixed with another of its batch, and its target becomes both
/// classes' probabilities. Accuracy while training counts the class with the larger share. Draws are a
/// function of the seed and the batch's number.
class Mix : public Callback {
 public:
  int order() const override { return -40; }
  void before_batch(Learner& learner) override;

 protected:
  /// Throws BadInput unless alpha is finite and above 0.
  explicit Mix(MixOptions options);
  /// Mixes the images of `batch` with those at `partners` in `originals`; writes into `shares` how much of
  /// each image is still its own. All channels-last.
  struct Images {
    float* mixed;
    const float* originals;
    std::int64_t count;
    std::int64_t channels;
    std::int64_t height;
    std::int64_t width;
  };
  virtual void mix(const Images& images, const std::vector<std::int64_t>& partners, Rng& rng,
                   std::vector<float>& shares) const = 0;
  double alpha() const { return options_.alpha; }

 private:
  MixOptions options_;
  std::vector<float> originals_;
  std::vector<float> targets_;
  std::vector<float> shares_;
  std::vector<std::int64_t> partners_;
  std::vector<std::int64_t> labels_;
};

/// Weighted means of two images. Source: Zhang et al. 2017; a share an image, at least one half its own, as
/// in fastai.
class MixUp final : public Mix {
 public:
  explicit MixUp(MixOptions options = {.alpha = 0.4}) : Mix(options) {}
  std::string_view name() const override { return "MixUp"; }

 private:
  void mix(const Images& images, const std::vector<std::int64_t>& partners, Rng& rng,
           std::vector<float>& shares) const override;
};

/// A rectangle of each image comes from another. Source: Yun et al. 2019; one rectangle a batch.
class CutMix final : public Mix {
 public:
  explicit CutMix(MixOptions options = {.alpha = 1}) : Mix(options) {}
  std::string_view name() const override { return "CutMix"; }

 private:
  void mix(const Images& images, const std::vector<std::int64_t>& partners, Rng& rng,
           std::vector<float>& shares) const override;
};

}  // namespace lehr
