#pragma once

#include "lehr/data/data.hpp"

namespace lehr::data {

/// Decodes the pictures of the training and the validation set into a file of the request's cache_folder, if
/// it does not have them, and takes them from there. The sets give the same pictures. All files of the folder
/// together take at most `cache_folder_bytes`; what has no room is decoded as before. If the disk does not
/// take the file, adds a warning. If another process is writing the file, decodes as before. `progress`, if
/// given, is called on this thread while it decodes. Throws BadInput if there can be no such file.
void keep_on_disk(DataSplits& splits, const DataRequest& request, const MeasureProgress& progress);

}  // namespace lehr::data
