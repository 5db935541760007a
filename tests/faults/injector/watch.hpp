#pragma once

/// The watched files: those below the root, and those in /proc, which can be unreadable too.
namespace faults {

/// Whether a path, relative to the folder of the descriptor `at`, is a watched file.
bool is_watched(int at, const char* path);
bool is_watched(int descriptor);
/// Called when a descriptor of a watched file was opened, or a descriptor was closed.
void watch(int descriptor);
void forget(int descriptor);

}  // namespace faults
