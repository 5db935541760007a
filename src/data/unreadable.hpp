#pragma once

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Reads each picture once, on all threads, and leaves out those that cannot be read, with a warning for each
/// set. Throws BadInput if no picture of a set can be read.
void leave_out_unreadable(DataSplits& data);

}  // namespace lehr::data
