#include "train/noise_estimate.hpp"

#include "lehr/core/dtype.hpp"

namespace lehr {
namespace {

/// Images `first` to `first + size - 1` of a batch with `classes` soft targets for each.
Batch part_of(const Batch& batch, std::int64_t first, std::int64_t size, std::int64_t classes) {
  Batch part = batch;
  const auto bytes = static_cast<std::size_t>(first * batch.image_shape.numel()) * size_of(batch.dtype);
  part.size = size;
  part.images = static_cast<std::byte*>(batch.images) + bytes;
  part.targets = batch.targets + first;
  if (batch.soft_targets != nullptr) part.soft_targets = batch.soft_targets + first * classes;
  if (!batch.ids.empty())
    part.ids = batch.ids.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size));
  return part;
}

}  // namespace

NoiseEstimate noise_estimate(std::span<const GradientPart> parts, double squares_of_mean) {
  const auto count = static_cast<double>(parts.size());
  double images = 0;
  double squares = 0;
  double inverse = 0;
  for (const GradientPart& part : parts) {
    images += part.images;
    squares += part.squares / count;
    inverse += 1 / part.images / count;
  }
  const double noise = (squares - squares_of_mean) / (inverse - 1 / images);
  return {squares_of_mean - noise / images, noise};
}

PartsOfBatches::PartsOfBatches(const Learner& learner, std::int64_t parts)
    : probe_(learner),
      sum_(probe_.parameters().backend(), probe_.parameters().grads().count()),
      parts_(parts),
      classes_(learner.data().classes()) {}

NoiseEstimate PartsOfBatches::measure(const Batch& batch, std::uint64_t draw) {
  const Backend& backend = probe_.parameters().backend();
  const TensorRef grads = probe_.parameters().grads();
  const std::int64_t size = batch.size / parts_;
  const auto count = static_cast<std::uint64_t>(parts_);
  std::vector<GradientPart> parts;
  backend.fill(sum_.ref(), 0);
  for (std::int64_t first = 0; std::ssize(parts) < parts_; first += size) {
    probe_.gradient(part_of(batch, first, size, classes_), count * draw + parts.size());
    parts.push_back({static_cast<double>(size), backend.sum_of_squares(grads)});
    backend.add_scaled(sum_.ref(), grads, 1.0F / static_cast<float>(parts_));
  }
  return noise_estimate(parts, backend.sum_of_squares(sum_.ref()));
}

}  // namespace lehr
