#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/image/read.hpp"

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

/// Which data to open, and how to divide it.
struct DataRequest {
  std::string name = "digits";  ///< a name of the command line: "digits:500", "folder:photos"
  std::uint64_t seed = 0;       ///< of generated pictures, and of the division into sets
  /// Share of the training pictures that become the validation set, if the data has none. Without a value, a
  /// test set is the validation set too, or a share of 0.2 becomes one.
  std::optional<double> valid_share{};
  double test_share = 0;  ///< the same for the test set; 0: no test set is made
  /// A regular expression (ECMAScript). Pictures in whose names (Dataset::name) it finds the same text stay
  /// in one set: that of its first group, or the whole match. Empty: each picture is on its own.
  std::string group{};
  /// Leaves out the pictures that cannot be read, after reading all of them once.
  bool skip_unreadable = false;
  /// A picture in a file that has more pixels cannot be read (image::ReadOptions).
  std::int64_t most_pixels = image::usual_most_pixels;
  /// Adds quick_warnings() (info.hpp) to DataSplits::warnings.
  bool quick_check = false;
  /// Memory for pictures of the training and the validation set that must be decoded, as in cached(). 0: off;
  /// automatic_cache: usual_cache_bytes().
  std::int64_t cache_bytes = 0;
  static constexpr std::int64_t automatic_cache = -1;
  /// A folder for a file with the decoded pictures of the training and the validation set, which later
  /// trainings read too. It is written before the first one. The pictures are the same with and without it.
  /// Empty: none.
  std::filesystem::path cache_folder{};
  /// What all files of that folder may take. automatic_cache: half of what its disk has free.
  std::int64_t cache_folder_bytes = automatic_cache;
  friend bool operator==(const DataRequest&, const DataRequest&) = default;
};

/// The share of the pictures that validate if nothing else is known.
inline constexpr double usual_valid_share = 0.2;

/// Opens data by its command-line name: "digits", "digits:N", "mnist:DIR", "folder:PATH", and "inverted:"
/// before any of them. Each scheme is a file in src/data/schemes/.
///
/// A set that the data lacks is taken from the training set: of each class that share of its pictures, at
/// least one if the class has two, chosen by the seed and the names of the pictures. Groups stay whole, so
/// shares are then nearly met. Throws BadInput with the nearest valid scheme if there is no such scheme, and
/// if the division is impossible or would have no effect.
///
/// `progress`, if given, is called on this thread while all pictures are decoded: for
/// skip_unreadable, cache_folder or cache_bytes.
DataSplits open_data(const DataRequest& request, const MeasureProgress& progress = {});
DataSplits open_data(std::string_view name, std::uint64_t seed = 0);
/// The same name with an absolute path if it contains one, so that it means the same from every
/// folder.
std::string absolute_name(std::string_view name);
std::vector<std::string> scheme_names();

/// A shape (C, H, W) that suits the pictures of a set: theirs, if all have one. Otherwise a hundred of them
/// are read, spread evenly: C is 3 if any has colour, and 1 if not. H and W are theirs if they are equal and
/// at most 128. If not, the input is a square as high as the median of the shorter sides, but at most 64 and
/// a multiple of 32 from 32 on. Throws BadInput if the set is empty or one of these pictures cannot be read.
Shape suggested_shape(const Dataset& dataset);

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
