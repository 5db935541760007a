#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lehr/data/batch.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/data/specs.hpp"

namespace lehr {

class Dataset;

/// One of several loaders that share the batches of an epoch, such as those of several machines. Each loader
/// gets its part of every batch. The parts of a batch, in the order of their ranks, are the whole batch. They
/// differ by one sample at most in size, and are empty if the batch has too few samples for all.
struct Shard {
  int rank = 0;
  int count = 1;
};

struct LoaderOptions {
  std::int64_t batch_size = 64;  ///< of the batch of all shards
  SamplerSpec sampler{};
  bool drop_last = false;  ///< leave out the remainder that does not fill a batch
  std::uint64_t seed = 0;  ///< of the sampler and the transforms
  std::vector<TransformSpec> transforms{};
  Preprocessing preprocessing{};
  Shard shard{};
  /// Threads that decode, transform and preprocess ahead. 0: batches are made when they are asked for, by the
  /// threads that compute. -1: as many as compute, or 0 for a dataset in memory. The batches are the same for
  /// any number.
  int workers = -1;
  /// Batches that the workers make ahead. 0: as with 0 workers. -1: 2. If only this is given, a dataset in
  /// memory gets one worker.
  int prefetch = -1;
};

/// Turns a dataset into batches. Shares ownership of the dataset. A loader is used by one thread at a time.
class Loader {
 public:
  /// Throws BadInput if the dataset is null or empty, an option is out of range, the preprocessing is
  /// incomplete, a sampler or transform cannot be made, or drop_last leaves no batch.
  Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Begins an epoch, at a batch other than the first if a run is resumed. Abandons what was under way.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  /// The next batch, or null at the end of the epoch and before the first start(). What reading, transforming
  /// or preprocessing a sample threw is nested in an error that names the sample: BadInput if it was that.
  /// Throws BadInput for a label that is no class.
  const Batch* next();

  std::int64_t batches() const;
  /// Samples of one epoch in all shards (without those dropped).
  std::int64_t samples() const;
  const Dataset& dataset() const;
  const LoaderOptions& options() const;
  /// Bytes of all batches that it holds: the one last given out and those made ahead.
  std::size_t batch_bytes() const;
  /// The same, known before there is a loader.
  static std::size_t batch_bytes(const Dataset& dataset, const LoaderOptions& options);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr
