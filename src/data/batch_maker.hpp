#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <vector>

#include "data/preprocessor.hpp"
#include "data/transform_chain.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Memory for one batch.
struct BatchBuffer {
  BatchBuffer(std::int64_t batch_size, const Shape& image_shape);
  Tensor images;   ///< (batch size, C, H, W) f32, channels-last
  Tensor targets;  ///< (batch size) i64
};

/// Memory that a thread needs to load samples.
struct Scratch {
  Image picture;
  Image room;
};

/// Positions in a batch: from begin to before end.
struct Places {
  std::int64_t begin = 0, end = 0;
};

/// Fills batches: reads samples, transforms and preprocesses them.
class BatchMaker {
 public:
  /// Throws BadInput like the Preprocessor and make_transform. `seed` is for the transforms.
  BatchMaker(std::shared_ptr<const Dataset> dataset, const Preprocessing& preprocessing,
             std::span<const TransformSpec> transforms = {}, std::uint64_t seed = 0);

  /// Sets the epoch of the following samples. It determines their random numbers.
  void start(std::int64_t epoch) { epoch_ = epoch; }

  /// Loads the samples `ids`, at most the buffer's size, on the threads of parallel_for. An error
  /// names the sample. If several samples fail, it is the error of the first one.
  void fill(std::span<const std::int64_t> ids, BatchBuffer& buffer);
  /// Loads the samples at some of the positions, on this thread. Several threads may call it at
  /// once.
  void fill_places(std::span<const std::int64_t> ids, Places places, BatchBuffer& buffer,
                   Scratch& scratch) const;
  /// The number of samples for which it pays to use another thread.
  std::int64_t grain() const { return grain_; }

 private:
  void load(std::int64_t sample, std::span<float> input, std::int64_t& target, Scratch& scratch) const;
  std::unique_ptr<image::UnreadPicture> opened(std::int64_t sample) const;
  void transform(std::int64_t sample, image::UnreadPicture* unread, Scratch& scratch) const;

  std::shared_ptr<const Dataset> dataset_;
  Preprocessor preprocessor_;
  TransformChain transforms_;
  std::uint64_t seed_;
  std::int64_t epoch_ = 0;
  std::int64_t classes_;
  Shape declared_shape_;  // the shape of all pictures, if the dataset gives one
  std::int64_t grain_;
  std::vector<Scratch> scratch_;              // one for each thread of fill()
  std::vector<std::exception_ptr> failures_;  // one for each thread of fill()
};

}  // namespace lehr::data
