#pragma once

#include <cstdint>

namespace lehr::image {

/// The longest side in pixels of a picture that is cut or resized.
inline constexpr std::int64_t longest_side = 1 << 16;

}  // namespace lehr::image
