#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace lehr::store {

/// Writes a file that appears whole or not at all: aside under a temporary name, fsync, rename, fsync the
/// folder. The temporary file is removed where anything fails. Makes missing parent folders. Throws BadInput
/// naming the file and the system's reason (no permission, disk full).
void write_file_atomically(const std::filesystem::path& file,
                           const std::function<void(std::ostream&)>& write);

}  // namespace lehr::store
