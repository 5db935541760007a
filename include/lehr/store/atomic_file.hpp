#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace lehr::store {

/// Writes a file that appears whole or not at all: aside under a temporary name, fsync, rename, fsync the
/// folder. If it returns, the file survives a crash of the machine. The temporary file is removed if anything
/// fails. Makes missing parent folders. Throws BadInput naming the file and the system's reason (no
/// permission, disk full).
void write_file_atomically(const std::filesystem::path& file,
                           const std::function<void(std::ostream&)>& write);

/// Flushes the names in a folder: what was made, renamed or removed there survives a crash of the machine.
/// Does nothing if the file system has no such call. Throws BadInput naming the folder and the system's
/// reason.
void sync_folder(const std::filesystem::path& folder);

}  // namespace lehr::store
