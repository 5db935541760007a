#pragma once

namespace lehr::cli {

/// Printed if memory runs out.
inline constexpr const char* no_memory = "there is not enough memory";

/// Installs a terminate handler. An exception that nothing can catch (from a destructor, or in a
/// thread) then ends the command with one sentence on stderr and status 1, instead of an abort.
void install_terminate_handler();

}  // namespace lehr::cli
