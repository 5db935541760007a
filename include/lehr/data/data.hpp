#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Limits for the number of training images of digits.
inline constexpr std::int64_t smallest_digits = 10;
inline constexpr std::int64_t largest_digits = 10'000'000;

/// The built-in digits that look handwritten: 28 x 28 grey pictures drawn from stroke skeletons
/// with random affine and elastic distortion, thickness and noise. Sample i of a seed is always the
/// same picture and shows the digit i mod 10. Sets of up to 300,000 are held in memory. Larger sets
/// are drawn while they are read. Throws BadInput unless train is from smallest_digits to
/// largest_digits and valid is from 1 to largest_digits.
struct DigitsOptions {
  std::int64_t train = 20000;
  std::int64_t valid = 4000;
  std::uint64_t seed = 0;
};
DataSplits digits(const DigitsOptions& options = {});

/// Reads IDX files in a folder, plain or .gz, with MNIST's names (train-images-idx3-ubyte, ...,
/// also with a dot instead of the dash before idx). Fashion-MNIST works too. The test set is also
/// the validation set. Throws BadInput with the file and the place if a file is missing, cut,
/// corrupt, not IDX or does not fit its partner.
DataSplits mnist(const std::filesystem::path& folder);

/// Opens data by its command-line name: "digits", "digits:N", "mnist:DIR", and "inverted:" before any
/// of them. Throws BadInput with the nearest valid scheme if there is no such scheme. Each scheme is a file
/// in src/data/schemes/. `seed` only affects generated pictures.
DataSplits open_data(std::string_view name, std::uint64_t seed = 0);
/// The same name with an absolute path if it contains one, so that it means the same from every
/// folder.
std::string absolute_name(std::string_view name);
std::vector<std::string> scheme_names();

/// Writes both sets of `data` as IDX files (MNIST's names) and as PNG (train/<class>/000001.png,
/// valid/...). The folder appears whole or not at all. Throws BadInput if it exists and is not
/// empty, or if it cannot be written.
struct ExportOptions {
  bool idx = true;
  bool png = true;
};
void export_data(const DataSplits& data, const std::filesystem::path& folder,
                 const ExportOptions& options = {});

}  // namespace lehr::data
