#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lehr/data/transform.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {

/// Transforms that are applied one after the other. Several threads may use one chain at once.
class TransformChain {
 public:
  /// Throws BadInput like make_transform.
  explicit TransformChain(std::span<const TransformSpec> specs);

  bool empty() const { return transforms_.empty(); }
  /// Changes the picture, after reading what is needed of `unread` into it if that is not null.
  void apply(image::UnreadPicture* unread, Image& picture, TransformContext& context) const;

 private:
  std::vector<std::unique_ptr<const Transform>> transforms_;
};

/// The random numbers of the transforms of a sample.
inline Rng augmentation_rng(std::uint64_t seed, std::int64_t epoch, std::int64_t sample) {
  return {seed, Purpose::augmentation, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(sample)};
}

}  // namespace lehr::data
