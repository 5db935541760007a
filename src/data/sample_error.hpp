#pragma once

#include <cstdint>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Call it in a catch block. It throws an error of the same kind as the one being handled, which is
/// nested in it. The new error names the sample by number and origin. std::bad_alloc is rethrown
/// unchanged.
[[noreturn]] void rethrow_naming(const Dataset& dataset, std::int64_t sample);

}  // namespace lehr::data
