#pragma once

#include <filesystem>

namespace lehr::store {

/// Calls fsync. Returns 0 or the errno value. Returns 0 if the file system does not support flushing.
int flush(int descriptor);
/// Flushes a folder's entries. Returns 0 for a folder without read permission, which cannot be flushed.
int flush_folder(const std::filesystem::path& folder);

}  // namespace lehr::store
