#pragma once

#include <cstdint>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Within a catch block: throws an error like the one that is being handled, of the same kind, that names the
/// sample by number and origin. The original is nested in it. Want of memory is rethrown as it is.
[[noreturn]] void rethrow_naming(const Dataset& dataset, std::int64_t sample);

}  // namespace lehr::data
