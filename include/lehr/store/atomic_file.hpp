#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace lehr::store {

/// Writes a file that appears whole or not at all: it writes a temporary file, calls fsync, renames it and
/// calls fsync for the folder. When the function returns, the file survives a crash of the machine. On
/// failure the temporary file is removed and an older file is unchanged.
///
/// Makes missing parent folders. If the folder is removed meanwhile, `write` is called a second time. Follows
/// symbolic links. Throws BadInput if nothing can be written under that name (a folder, a device, no
/// permission) or if `write` is empty, and DiskError if the disk does not take the file. Both messages
/// contain the file and the system's reason.
void write_file_atomically(const std::filesystem::path& file,
                           const std::function<void(std::ostream&)>& write);

/// Throws what write_file_atomically would throw for a small file. Leaves no file and does not change an
/// existing one.
void check_file_can_be_written(const std::filesystem::path& file);

/// The file at the end of all symbolic links in `path`. It does not have to exist. Throws BadInput if the
/// links form a loop.
std::filesystem::path file_behind(const std::filesystem::path& path);

/// Flushes a folder's entries: files that were made, renamed or removed there stay so after a crash of the
/// machine. Does nothing if the file system does not support it. Throws like write_file_atomically, with the
/// folder's name.
void sync_folder(const std::filesystem::path& folder);

}  // namespace lehr::store
