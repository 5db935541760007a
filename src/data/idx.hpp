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

/// Both read a plain or .gz file, and throw BadInput naming it where it is missing, not IDX, of other
/// elements than bytes, of another number of dimensions, empty, cut, damaged, or longer than its header says.
/// Neither allocates more than a small multiple of what the file really holds.
IdxImages read_idx_images(const std::filesystem::path& file);
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file);

}  // namespace lehr::data
