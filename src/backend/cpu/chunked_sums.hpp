#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "backend/cpu/support.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {

/// Two sums over the same elements, such as the squares of two tensors.
using TwoSums = std::array<double, 2>;

/// The sums of body(begin, end) over chunks of [0, count), added in order. The result does not
/// depend on the number of threads.
template <class Body>
TwoSums chunked_sums(std::int64_t count, const Body& body) {
  constexpr std::int64_t max_chunks = 64;
  constexpr std::int64_t shortest = elements_per_thread / 2;
  const std::int64_t chunk = std::max(shortest, (count + max_chunks - 1) / max_chunks);
  const std::int64_t chunks = (count + chunk - 1) / chunk;
  std::array<TwoSums, max_chunks> parts{};
  parallel_for(chunks, 2, [&](std::int64_t first, std::int64_t last, int) {
    for (std::int64_t c = first; c < last; ++c) {
      parts[static_cast<std::size_t>(c)] = body(c * chunk, std::min(count, (c + 1) * chunk));
    }
  });
  TwoSums sums{};
  for (const TwoSums& part : parts) {
    sums[0] += part[0];
    sums[1] += part[1];
  }
  return sums;
}

}  // namespace lehr::cpu
