#pragma once

#include <cstdint>
#include <memory>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Reads each picture once, on all threads, and leaves out those that cannot be read, with a warning for each
/// set. `progress`, if given, is called on this thread. Throws BadInput if no picture of a set can be read.
void leave_out_unreadable(DataSplits& data, const MeasureProgress& progress);

/// Up to `most` pictures of a set, spread evenly, less those that cannot be read.
std::shared_ptr<const Dataset> some_readable(const std::shared_ptr<const Dataset>& set, std::int64_t most);

}  // namespace lehr::data
