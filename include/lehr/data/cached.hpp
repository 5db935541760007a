#pragma once

#include <cstddef>
#include <memory>

#include "lehr/data/dataset.hpp"

namespace lehr {

/// The same data set, which keeps pictures in memory once they were read: those that are read first, until
/// they take `most_bytes`. Pictures are the same with and without it. Several threads may read. Returns
/// the data set itself if it is in memory already or most_bytes is 0.
std::shared_ptr<const Dataset> cached(std::shared_ptr<const Dataset> dataset, std::size_t most_bytes);

/// A copy of the data set in memory, if its pictures take at most `most_bytes` there; otherwise null. All
/// compute threads read. Throws what reading a picture throws (read_picture).
std::shared_ptr<const Dataset> held_in_memory(const Dataset& dataset, std::size_t most_bytes);

/// A quarter of the memory that the process can still get, in bytes; 0 if the system does not report it.
std::size_t usual_cache_bytes();

}  // namespace lehr
