#include "data/loading.hpp"

#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/data/sampler.hpp"
#include "lehr/data/transform.hpp"

namespace lehr::data {
namespace {

constexpr int most_prefetched = 1024;
constexpr int most_workers = 1024;
constexpr int most_shards = 1'000'000;

void check_range(const char* what, std::int64_t found, std::int64_t least, std::int64_t most) {
  if (found >= least && found <= most) return;
  throw BadInput(std::string(what) + " must be from " + std::to_string(least) + " to " +
                 std::to_string(most) + ", found " + std::to_string(found));
}

void check_shard(const LoaderOptions& options) {
  const Shard& shard = options.shard;
  check_range("the number of shards", shard.count, 1, most_shards);
  check_range("the rank of a shard", shard.rank, 0, shard.count - 1);
  if (options.batch_size >= shard.count) return;
  throw BadInput("a batch of " + counted(options.batch_size, "sample") + " cannot be shared by " +
                 counted(shard.count, "shard") + "; expected at least one sample for each");
}

std::int64_t sampled(const Dataset& dataset, const LoaderOptions& options) {
  return make_sampler(options.sampler, {dataset, options.seed})->size();
}

}  // namespace

void check_loading(const Dataset& dataset, const LoaderOptions& options) {
  if (options.batch_size < 1) {
    throw BadInput("the batch size must be at least 1, found " + std::to_string(options.batch_size));
  }
  check_range("prefetch", options.prefetch, -1, most_prefetched);
  check_range("the number of loader workers", options.workers, -1, most_workers);
  check_shard(options);
  if (dataset.size() < 1) throw BadInput("the dataset is empty: expected at least 1 sample");
  for (const TransformSpec& spec : options.transforms) make_transform(spec);
  const std::int64_t samples = sampled(dataset, options);
  if (options.drop_last && samples < options.batch_size) {
    throw BadInput("a batch size of " + std::to_string(options.batch_size) + " leaves no batch of the " +
                   counted(samples, "sample") + ", since the last partial batch is dropped");
  }
}

std::int64_t samples_of(const Dataset& dataset, const LoaderOptions& options) {
  const std::int64_t samples = sampled(dataset, options);
  return options.drop_last ? samples / options.batch_size * options.batch_size : samples;
}

std::int64_t batches_of(const Dataset& dataset, const LoaderOptions& options) {
  const std::int64_t samples = samples_of(dataset, options);
  return samples / options.batch_size + (samples % options.batch_size != 0 ? 1 : 0);
}

}  // namespace lehr::data
