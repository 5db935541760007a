#pragma once

#include <filesystem>

namespace lehr::store {

/// fsync; 0 or why it failed. Some file systems have nothing to flush and say so: 0.
int flush(int descriptor);
/// flush() of a folder's names. A folder that may be written and not read cannot be flushed: 0.
int flush_folder(const std::filesystem::path& folder);

}  // namespace lehr::store
