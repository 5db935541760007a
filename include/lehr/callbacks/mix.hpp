#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lehr/core/rng.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct MixOptions {
  double alpha = 0.4;  ///< parameter of the Beta(alpha, alpha) distribution of the shares; use 1 for CutMix
};

/// Base class of MixUp and CutMix. Each image is mixed with another image of its batch, and its target
/// becomes a probability for each of the two classes. During training, accuracy counts the class with the
/// larger share. The random draws depend only on the seed and the batch's number.
class Mix : public Callback {
 public:
  int order() const override { return -40; }
  void before_batch(Learner& learner) override;
  /// The images of the current training batch before they were mixed, channels-last.
  std::span<const float> originals() const { return originals_; }

 protected:
  /// Throws BadInput unless alpha is finite and above 0.
  explicit Mix(MixOptions options);
  /// The arguments of mix(). All images are channels-last.
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

/// Replaces each image by a weighted mean of two images. Source: Zhang et al. 2017. As in fastai, each image
/// has its own share, and at least half of an image is its own.
class MixUp final : public Mix {
 public:
  explicit MixUp(MixOptions options = {.alpha = 0.4}) : Mix(options) {}
  std::string_view name() const override { return "MixUp"; }

 private:
  void mix(const Images& images, const std::vector<std::int64_t>& partners, Rng& rng,
           std::vector<float>& shares) const override;
};

/// Replaces a rectangle of each image by that of another image. Source: Yun et al. 2019. All images of a
/// batch use the same rectangle.
class CutMix final : public Mix {
 public:
  explicit CutMix(MixOptions options = {.alpha = 1}) : Mix(options) {}
  std::string_view name() const override { return "CutMix"; }

 private:
  void mix(const Images& images, const std::vector<std::int64_t>& partners, Rng& rng,
           std::vector<float>& shares) const override;
};

}  // namespace lehr
