#pragma once

#include <string>

#include "lehr/core/error.hpp"

/// How errors of code that users bring along get a name. Both are for use in a handler: the exception being
/// handled is nested in what they throw.
namespace lehr {

/// Throws an error of that kind.
[[noreturn]] void throw_nested(ErrorKind kind, const std::string& message);

/// Throws an error with the message of the exception being handled and `where` behind it, such as
/// " (metric auroc)". BadInput and Diverged stay what they are, everything else becomes Error.
[[noreturn]] void rethrow_from(const std::string& where);

}  // namespace lehr
