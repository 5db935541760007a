#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lehr/core/tensor.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Room for one batch.
struct BatchBuffer {
  BatchBuffer(std::int64_t batch_size, const Shape& image_shape);
  Tensor images;   ///< (batch size, C, H, W) f32, channels-last
  Tensor targets;  ///< (batch size) i64
};

/// Fills batches: reads samples and maps their bytes to normalised floats.
class BatchMaker {
 public:
  /// Throws BadInput where the normalisation does not have one finite mean and one positive, finite std a
  /// channel.
  BatchMaker(std::shared_ptr<const Dataset> dataset, const Normalisation& normalisation);

  /// Reads the samples `ids`, at most the buffer's size. Throws BadInput for a label that is no class. With
  /// `parallel` the threads of parallel_for share the work, otherwise the calling thread does it alone.
  void fill(std::span<const std::int64_t> ids, BatchBuffer& buffer, bool parallel);

 private:
  void fill_range(std::span<const std::int64_t> ids, std::int64_t first, BatchBuffer& buffer,
                  std::vector<std::uint8_t>& pixels) const;
  std::int64_t checked_label(std::int64_t sample) const;
  void convert(std::span<const std::uint8_t> bytes, float* out) const;

  std::shared_ptr<const Dataset> dataset_;
  std::int64_t classes_;
  std::vector<float> scale_;  // of a block of pixels, repeating with the channels
  std::vector<float> shift_;
  std::vector<std::vector<std::uint8_t>> scratch_;  // an image for each thread
};

}  // namespace lehr::data
