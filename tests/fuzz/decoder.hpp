#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "image/formats.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::fuzz {

/// Decodes bytes as one format: returns a whole picture, or throws BadInput.
inline void decode_as(int (*decoder)(const image::Encoded&, Image&), const std::uint8_t* data,
                      std::size_t size) {
  static const std::string name = "the input";
  static const image::ReadOptions options{.most_pixels = 1 << 20};
  Image picture;
  try {
    decoder({{data, size}, name, options}, picture);
  } catch (const BadInput&) {
    return;
  }
  image::check(picture);
}

}  // namespace lehr::fuzz
