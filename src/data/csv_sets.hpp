#pragma once

#include <cstdint>
#include <filesystem>

#include "lehr/data/dataset.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {

/// The sets that a CSV file lists. Its first line names the columns: "path" (or file, filename, image),
/// "label" (or class) and, if there are several sets, "split" (or set). Others are ignored. Paths begin at
/// the file's folder. Sets that are not there are null. Throws BadInput with the line if the file is not as
/// described, if a picture does not exist or is listed twice, or if the classes are refused (LabelledSets).
/// `most_pixels` is for reading the pictures, as in image::ReadOptions.
DataSplits csv_data(const std::filesystem::path& file, std::int64_t most_pixels = image::usual_most_pixels);

}  // namespace lehr::data
