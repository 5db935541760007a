#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace lehr::store {

/// Writes a file that appears whole or not at all: aside under a temporary name, fsync, rename, fsync the
/// folder. If it returns, the file survives a crash of the machine. A failure removes the temporary file and
/// leaves an older file as it was. Makes missing parent folders; if the folder is removed meanwhile, `write`
/// is called once more. Writes through symbolic links. Throws BadInput if nothing can be written under that
/// name (a folder, a device, no permission) or `write` is empty, and DiskError if the disk does not take it;
/// both name the file and the system's reason.
void write_file_atomically(const std::filesystem::path& file,
                           const std::function<void(std::ostream&)>& write);

/// Throws what write_file_atomically would throw for a small file. Leaves nothing behind and an older file as
/// it was.
void check_file_can_be_written(const std::filesystem::path& file);

/// The file that a path leads to through symbolic links, whole. It does not have to exist. Throws BadInput
/// for links that lead to themselves.
std::filesystem::path file_behind(const std::filesystem::path& path);

/// Flushes the names in a folder: what was made, renamed or removed there survives a crash of the machine.
/// Does nothing if the file system has no such call. Throws as write_file_atomically does, naming the folder.
void sync_folder(const std::filesystem::path& folder);

}  // namespace lehr::store
