#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "lehr/core/rng.hpp"

/// The elements that a dropout layer keeps, as a pure function of (seed, step, node name, p,
/// element). It is the same in every backend. Elements are numbered in memory order, which is
/// channels-last for images.
///
/// Element i uses word i % 4 of dropout_words(i / 4, ...). It is kept if
/// `word < dropout_threshold(p)`. Kept elements are multiplied by dropout_scale(p).
namespace lehr {

/// FNV-1a, 32 bits. It gives each node its own stream. Source: RFC 9923 (Fowler, Noll, Vo).
constexpr std::uint32_t dropout_node_key(std::string_view node_name) {
  std::uint32_t hash = 0x811C9DC5;
  for (const char character : node_name) {
    hash ^= static_cast<unsigned char>(character);
    hash *= 0x01000193;
  }
  return hash;
}

/// The random words of elements 4 block ... 4 block + 3. block and step are used modulo 2^32.
inline std::array<std::uint32_t, 4> dropout_words(std::uint64_t block, std::uint64_t seed, std::uint64_t step,
                                                  std::uint32_t node_key) {
  return philox4x32({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(Purpose::dropout),
                     static_cast<std::uint32_t>(step), node_key},
                    {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

/// (1 - p) 2^32, rounded: from 0 (keep none) to 2^32 (keep all), which needs 64 bits. 0 <= p <= 1.
inline std::uint64_t dropout_threshold(double p) {
  return static_cast<std::uint64_t>(std::llround((1 - p) * 0x1p32));
}

/// 1 / (1 - p), or 0 for p = 1.
constexpr float dropout_scale(double p) { return p < 1 ? static_cast<float>(1 / (1 - p)) : 0.0F; }

}  // namespace lehr
