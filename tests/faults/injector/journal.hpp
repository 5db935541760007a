#pragma once

#include <sys/types.h>

/// What would survive a crash of the machine, written down as it happens: which names folders got and lost,
/// what was flushed, and a copy of each file as it was when it was flushed. tests/faults/durable_state.hpp
/// reads it. A file or folder is known by a number, since names and inode numbers are used again.
///
///     known NUMBER PATH              was there when the program began
///     make d|f FOLDER NUMBER NAME    a new folder or file got a name
///     move FOLDER FOLDER NAME/NAME   of this folder, to that one
///     drop FOLDER NAME               a name went
///     sync NUMBER                    the names of a folder were flushed
///     copy NUMBER COPY               the bytes of a file were flushed; they are in the journal's folder
namespace faults::journal {

bool on();
/// Whether there is such a file; to be asked before a call that may make it.
bool exists(int at, const char* path);
void made(int at, const char* path);
void moved(int from, const char* path, int to, const char* new_path);
void dropped(int at, const char* path);
void flushed(int descriptor);

}  // namespace faults::journal
