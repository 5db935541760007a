#include "data/batch_maker.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "data/sample_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::data {
namespace {

/// The number of samples per thread in fill(), so that a thread saves more time than it costs to
/// wake it. Measured on two cores: simple_cnn trains 2 % faster on batches of 64 of MNIST than with
/// twice as many bytes.
std::int64_t chosen_grain(const Dataset& dataset, bool transforms) {
  constexpr std::int64_t worthwhile_bytes = 16 * 1024;
  if (!dataset.in_memory() || transforms || dataset.image_shape().rank() == 0) return 1;
  return std::max<std::int64_t>(1, worthwhile_bytes / dataset.image_shape().numel());
}

}  // namespace

BatchBuffer::BatchBuffer(std::int64_t batch_size, const Shape& shape)
    : images({batch_size, shape[0], shape[1], shape[2]}, DType::f32,
             channels_last_strides({batch_size, shape[0], shape[1], shape[2]})),
      targets({batch_size}, DType::i64) {}

BatchMaker::BatchMaker(std::shared_ptr<const Dataset> dataset, const Preprocessing& preprocessing,
                       std::span<const TransformSpec> transforms, std::uint64_t seed)
    : dataset_(std::move(dataset)),
      preprocessor_(preprocessing),
      transforms_(transforms),
      seed_(seed),
      classes_(static_cast<std::int64_t>(dataset_->class_names().size())),
      declared_shape_(dataset_->image_shape()),
      grain_(chosen_grain(*dataset_, !transforms.empty())) {}

void BatchMaker::fill(std::span<const std::int64_t> ids, BatchBuffer& buffer) {
  const auto team = static_cast<std::size_t>(threads());
  if (scratch_.size() < team) {
    scratch_.resize(team);
    failures_.resize(team);
  }
  parallel_for(static_cast<std::int64_t>(ids.size()), grain_,
               [&](std::int64_t begin, std::int64_t end, int thread) {
                 const auto t = static_cast<std::size_t>(thread);
                 try {
                   fill_places(ids, {begin, end}, buffer, scratch_[t]);
                 } catch (...) {
                   failures_[t] = std::current_exception();
                 }
               });
  for (std::exception_ptr& failure : failures_) {  // threads have ranges in ascending order
    if (!failure) continue;
    const std::exception_ptr first = failure;
    std::ranges::fill(failures_, nullptr);
    std::rethrow_exception(first);
  }
}

void BatchMaker::fill_places(std::span<const std::int64_t> ids, Places places, BatchBuffer& buffer,
                             Scratch& scratch) const {
  const std::size_t elements = preprocessor_.input_size();
  float* images = buffer.images.elements<float>().data();
  std::int64_t* targets = buffer.targets.elements<std::int64_t>().data();
  for (auto i = static_cast<std::size_t>(places.begin); i < static_cast<std::size_t>(places.end); ++i) {
    load(ids[i], {images + i * elements, elements}, targets[i], scratch);
  }
}

void BatchMaker::load(std::int64_t sample, std::span<float> input, std::int64_t& target,
                      Scratch& scratch) const {
  try {
    const std::unique_ptr<image::UnreadPicture> unread = opened(sample);
    if (!unread) dataset_->read(sample, scratch.picture);
    if (declared_shape_.rank() != 0 &&
        (!scratch.picture.has_shape(declared_shape_) || scratch.picture.bits != 8)) {
      throw BadInput("the dataset promises pictures of shape " + declared_shape_.str() +
                     " with 8 bits, found " + scratch.picture.shape().str() + " with " +
                     std::to_string(scratch.picture.bits));
    }
    if (!transforms_.empty()) transform(sample, unread.get(), scratch);
    preprocessor_.apply(scratch.picture, input);
    target = dataset_->label(sample);
    // The kernels use a class number as an index.
    if (target < 0 || target >= classes_) {
      throw BadInput("the label is " + std::to_string(target) + ", expected 0 to " +
                     std::to_string(classes_ - 1) + ", the numbers of the classes");
    }
  } catch (...) {
    rethrow_naming(*dataset_, sample);
  }
}

/// Pictures of one size are small, or copied from memory: they are not worth an object each.
std::unique_ptr<image::UnreadPicture> BatchMaker::opened(std::int64_t sample) const {
  if (transforms_.empty() || declared_shape_.rank() != 0) return nullptr;
  return dataset_->open(sample);
}

void BatchMaker::transform(std::int64_t sample, image::UnreadPicture* unread, Scratch& scratch) const {
  TransformContext context{.rng = augmentation_rng(seed_, epoch_, sample),
                           .room = scratch.room,
                           .preprocessing = &preprocessor_.preprocessing()};
  transforms_.apply(unread, scratch.picture, context);
}

}  // namespace lehr::data
