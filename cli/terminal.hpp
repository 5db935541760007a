#pragma once

namespace lehr::cli {

/// Whether the stream (1 stdout, 2 stderr) is a terminal that understands cursor movement.
bool is_terminal(int stream);
/// Whether colours may be written to the stream: it is a terminal, and NO_COLOR is not set
/// (no-color.org).
bool takes_colour(int stream);
/// Width in characters; 80 if it is unknown.
int terminal_columns(int stream);

}  // namespace lehr::cli
