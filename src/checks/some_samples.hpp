#pragma once

#include <cstdint>
#include <memory>

#include "lehr/data/dataset.hpp"

/// Data sets for short trainings.
namespace lehr::checks {

/// `count` samples, spread evenly over the data set so that all classes are there also if it is sorted by
/// them: one of each part, which the seed draws. The set itself if it is not larger.
std::shared_ptr<const Dataset> some_samples(std::shared_ptr<const Dataset> dataset, std::int64_t count,
                                            std::uint64_t seed);

/// The same labels, where all pictures are black.
std::shared_ptr<const Dataset> blank_pictures(std::shared_ptr<const Dataset> dataset);

/// The same pictures with the labels of others: a permutation that the seed draws.
std::shared_ptr<const Dataset> shuffled_labels(std::shared_ptr<const Dataset> dataset, std::uint64_t seed);

/// The share of the most frequent class: the accuracy of a network that always says it.
double largest_share(const Dataset& dataset);

}  // namespace lehr::checks
