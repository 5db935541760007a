#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "lehr/data/dataset.hpp"

namespace lehr {

struct LoaderOptions {
  std::int64_t batch_size = 64;
  bool shuffle = false;
  bool drop_last = false;  ///< leave out the remainder that does not fill a batch
  std::uint64_t seed = 0;  ///< the order of an epoch is a function of (seed, epoch)
  Normalisation normalisation;
  int prefetch = -1;  ///< batches made ahead on a thread of their own; 0 none, -1 as the dataset suggests
};

/// One batch, valid until the next call of Loader::next() or start().
struct Batch {
  std::int64_t size = 0;
  std::int64_t index = 0;   ///< number of the batch in its epoch
  float* images = nullptr;  ///< (size, C, H, W), channels-last in memory; the reader's to change
  const std::int64_t* targets = nullptr;  ///< (size)
  /// (size, classes) probabilities that replace the targets in the loss
  const float* soft_targets = nullptr;
  std::span<const std::int64_t> ids{};  ///< sample numbers in the dataset
};

/// Turns a dataset into batches: order by epoch and seed, bytes to normalised floats. Shares ownership of the
/// dataset. A loader is used by one thread at a time.
class Loader {
 public:
  /// Throws BadInput if the dataset is null or empty, batch_size < 1, the normalisation does not fit the
  /// channels, or drop_last leaves no batch.
  Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Begins an epoch, at a batch other than the first where a run is resumed. Abandons what was under way.
  void start(std::int64_t epoch, std::int64_t first_batch = 0);
  /// The next batch, or null at the end of the epoch and before the first start(). Rethrows what reading the
  /// dataset threw, and throws BadInput for a label that is no class.
  const Batch* next();

  std::int64_t batches() const;
  /// Samples of one epoch (without those dropped).
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

/// The order of an epoch's samples: 0, 1, ... or, shuffled, a permutation that is a function of (count, seed,
/// epoch). Throws BadInput if the count is negative or the order does not fit into memory.
std::vector<std::int64_t> epoch_order(std::int64_t count, bool shuffle, std::uint64_t seed,
                                      std::int64_t epoch);

}  // namespace lehr
