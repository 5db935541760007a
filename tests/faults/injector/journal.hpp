#pragma once

#include <sys/types.h>

/// Logs what would survive a crash of the machine: which entries folders got and lost, what was flushed, and
/// a copy of each file at the time of its flush. tests/faults/durable_state.hpp reads the log. Files and
/// folders have numbers, because names and inode numbers are reused.
///
///    known NUMBER PATH              existed when the program began
///    make d|f FOLDER NUMBER NAME    a new folder or file got a name
///    move FOLDER FOLDER NAME/NAME   from this folder to that one
///    drop FOLDER NAME               a name was removed
///    sync NUMBER                    the entries of a folder were flushed
///    copy NUMBER COPY               the bytes of a file were flushed; the copy is in the journal's folder
namespace faults::journal {

bool on();
/// Whether the file exists. Call it before a call that may create the file.
bool exists(int at, const char* path);
void made(int at, const char* path);
void moved(int from, const char* path, int to, const char* new_path);
void dropped(int at, const char* path);
void flushed(int descriptor);

}  // namespace faults::journal
