#pragma once

#include <cstdint>
#include <span>

namespace lehr::data {

inline constexpr int digit_side = 28;
inline constexpr int digit_pixels = digit_side * digit_side;

/// Independent sequences of one seed. A picture of one never appears in another.
enum class DigitStream : std::uint32_t { train = 0, valid = 1 };

/// Draws sample `index` of a stream: the digit index mod 10, white on black, 28 x 28 bytes. A pure
/// function of its arguments.
void draw_digit(std::uint64_t seed, DigitStream stream, std::int64_t index,
                std::span<std::uint8_t, digit_pixels> pixels);

}  // namespace lehr::data
