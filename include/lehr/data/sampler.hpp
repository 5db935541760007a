#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/data/specs.hpp"

namespace lehr {

class Dataset;
class Settings;

/// Decides which samples an epoch has, and in which order. Immutable.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// Number of samples in each epoch; at least 1.
  virtual std::int64_t size() const = 0;
  /// Writes the size() sample numbers of an epoch. They depend only on the epoch and on what the
  /// sampler was made from.
  virtual void order(std::int64_t epoch, std::span<std::int64_t> samples) const = 0;
};

/// What a sampler is made from. The dataset must outlive the sampler.
struct SamplerInput {
  const Dataset& dataset;
  std::uint64_t seed = 0;
};

using MakeSampler = std::function<std::unique_ptr<const Sampler>(const SamplerInput&, Settings&)>;

/// Registers a sampler under a name. Throws BadInput if the name is taken or not a valid name. May
/// be called from any thread.
void register_sampler(const std::string& name, MakeSampler make);
/// Throws BadInput if there is no such name, or if settings are unknown, missing or out of range.
std::unique_ptr<const Sampler> make_sampler(const SamplerSpec& spec, const SamplerInput& input);
std::vector<std::string> sampler_names();

/// The samples of an epoch. Throws BadInput if their order does not fit into memory.
std::vector<std::int64_t> epoch_order(const Sampler& sampler, std::int64_t epoch);

}  // namespace lehr
