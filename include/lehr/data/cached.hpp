#pragma once

#include <cstddef>
#include <memory>

#include "lehr/data/dataset.hpp"

namespace lehr {

/// The same data set with pictures that stay in memory once they were read, up to `most_bytes`. If all of
/// them probably fit, they are read now, by all compute threads: the result is then in memory
/// (Dataset::in_memory), and a picture that cannot be read is found before a training. Otherwise those that
/// are read first are kept. Pictures are the same with and without it. Several threads may read. Returns the
/// data set itself if it is in memory already or most_bytes is 0. `progress`, if given, is called on this
/// thread while all of them are read. Throws what reading throws (read_picture).
std::shared_ptr<const Dataset> cached(std::shared_ptr<const Dataset> dataset, std::size_t most_bytes,
                                      const MeasureProgress& progress = {});

/// The same data set with all pictures in memory; null if they take more than `most_bytes`.
std::shared_ptr<const Dataset> held_in_memory(const std::shared_ptr<const Dataset>& dataset,
                                              std::size_t most_bytes, const MeasureProgress& progress = {});

/// A quarter of the memory that the process can still get, in bytes; 0 if the system does not report it.
std::size_t usual_cache_bytes();

}  // namespace lehr
