#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace lehr::data {

/// Grey images of an IDX file: count x height x width bytes.
/// Source of the format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", file formats.
struct IdxImages {
  std::int64_t count = 0, height = 0, width = 0;
  std::vector<std::uint8_t> pixels;
};

/// Both functions read a plain or .gz file. They throw BadInput with the file if it is missing, not
/// IDX, empty, cut, damaged or longer than its header says, or if it has elements other than bytes
/// or another number of dimensions. Neither allocates more than a small multiple of what the file
/// really contains.
IdxImages read_idx_images(const std::filesystem::path& file);
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file);

}  // namespace lehr::data
