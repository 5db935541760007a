#pragma once

/// Which files are watched: those below the root, and /proc, whose files cannot be read either on some days.
namespace faults {

/// Whether a path, relative to the folder that the descriptor `at` holds, is of a watched file.
bool is_watched(int at, const char* path);
bool is_watched(int descriptor);
/// A descriptor of a watched file was opened, or one was closed.
void watch(int descriptor);
void forget(int descriptor);

}  // namespace faults
