#pragma once

#include <string>

#include "lehr/core/error.hpp"

/// Adds names to errors from users' code (callbacks, metrics). Call both functions in an exception handler:
/// the current exception is nested in the new one.
namespace lehr {

/// Throws an error of that kind.
[[noreturn]] void throw_nested(ErrorKind kind, const std::string& message);

/// Throws an error with the message of the current exception followed by `where`, such as " (metric auroc)".
/// BadInput and Diverged keep their type; any other exception becomes Error.
[[noreturn]] void rethrow_from(const std::string& where);

}  // namespace lehr
