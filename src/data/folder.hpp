#pragma once

#include <filesystem>

#include "data/picture_files.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// The sets of class folders: PLACE/CLASS/.../PICTURE, or PLACE/SET/CLASS/.../PICTURE if there is a folder
/// train. PLACE is a folder or an archive. A single folder that holds everything is looked through. Sets that
/// are not there are null. Throws BadInput if there are no pictures, or if the classes are refused
/// (LabelledSets).
DataSplits folder_data(const std::filesystem::path& place, const ListingLimits& limits = {});

}  // namespace lehr::data
