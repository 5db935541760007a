#pragma once

namespace lehr::cli {

/// What is printed if memory runs out.
inline constexpr const char* no_memory = "there is not enough memory";

/// From here on an exception that nothing can catch (of a destructor, or of a thread) ends the command with
/// one sentence on stderr and status 1, instead of an abort.
void say_last_words();

}  // namespace lehr::cli
