#pragma once

#include <filesystem>
#include <fstream>

#include "image/encode_png.hpp"
#include "support/mixed_pictures.hpp"

namespace lehr::test {

/// Writes a PNG file and the folders of its path. Each number gives another picture.
inline void write_png(const std::filesystem::path& file, const Shape& shape, std::uint64_t number) {
  std::filesystem::create_directories(file.parent_path());
  const std::vector<std::uint8_t> bytes = image::encode_png(some_picture(shape, number));
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace lehr::test
