#pragma once

#include <cstdint>
#include <filesystem>

#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Decodes the pictures of the training and the validation set into a file of the folder, if it does not have
/// them, and takes them from there. The sets give the same pictures. All files of the folder together take at
/// most `most_bytes` (DataRequest::automatic_cache: half of what its disk has free); what has no room is
/// decoded as before. If the disk does not take the file, adds a warning. If another process is writing the
/// file, decodes as before. Throws BadInput if there can be no such file.
void keep_on_disk(DataSplits& splits, const std::filesystem::path& folder, std::int64_t most_bytes);

}  // namespace lehr::data
