#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lehr/data/batch.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/data/specs.hpp"

namespace lehr {

class Dataset;

/// One of several loaders that share the batches of an epoch, for example on several machines. Each
/// loader gets its part of every batch. The parts in the order of their ranks are the whole batch.
/// Their sizes differ by at most one sample. Parts are empty if the batch has too few samples for
/// all.
struct Shard {
  int rank = 0;
  int count = 1;
};

struct LoaderOptions {
  std::int64_t batch_size = 64;  ///< size of the whole batch, over all shards
  SamplerSpec sampler{};
  bool drop_last = false;  ///< leaves out the last batch if it is not full
  std::uint64_t seed = 0;  ///< for the sampler and the transforms
  std::vector<TransformSpec> transforms{};
  Preprocessing preprocessing{};
  Shard shard{};
  /// Threads that decode, transform and preprocess in advance. 0: batches are made on request by
  /// the compute threads. -1: as many as compute threads, or 0 for a dataset in memory. The batches
  /// are the same for any number.
  int workers = -1;
  /// Batches that the workers make in advance. 0: as with 0 workers. -1: 2. If only this option is
  /// given, a dataset in memory gets one worker.
  int prefetch = -1;
};

/// Turns a dataset into batches. Shares ownership of the dataset. Only one thread at a time may use
/// a loader.
class Loader {
 public:
  /// Throws BadInput if the dataset is null or empty, an option is out of range, the preprocessing is
  /// incomplete, a sampler or transform cannot be made, or drop_last leaves no batch.
  Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Begins an epoch. A resumed run may begin at a later batch than the first. An unfinished epoch
  /// is abandoned.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  /// Returns the next batch, or null at the end of the epoch and before the first start(). An error
  /// of reading, transforming or preprocessing a sample is nested in an error that names the
  /// sample. That error is BadInput if the original is. Throws BadInput if a label is not a class.
  const Batch* next();

  /// How long the calls of next() took since the last start(), in seconds: the time that the caller waited
  /// for batches.
  double waiting_seconds() const;
  std::int64_t batches() const;
  /// Samples of one epoch in all shards, without dropped ones.
  std::int64_t samples() const;
  const Dataset& dataset() const;
  const LoaderOptions& options() const;
  /// Bytes of all batches that it holds: the current one and those made in advance.
  std::size_t batch_bytes() const;
  /// The same without making a loader.
  static std::size_t batch_bytes(const Dataset& dataset, const LoaderOptions& options);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr
