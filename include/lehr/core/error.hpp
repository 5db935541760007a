#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lehr {

/// The kind of a failure. The value is the exit status of the command.
enum class ErrorKind {
  /// Any failure that the user did not cause.
  internal = 1,
  bad_input = 2,  ///< wrong usage, or a file or value that cannot be used
  diverged = 3,   ///< the loss, a gradient or a weight is no longer finite
};

/// Base class of every failure that lehr reports. The message is one sentence that names the file or the
/// place, what was expected and what was found.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ErrorKind kind = ErrorKind::internal)
      : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// The user's input cannot be used: a wrong option, a damaged file, a network that is too deep for its
/// images.
class BadInput : public Error {
 public:
  explicit BadInput(const std::string& message) : Error(message, ErrorKind::bad_input) {}
};

/// Training produced a value that is not finite.
class Diverged : public Error {
 public:
  explicit Diverged(const std::string& message) : Error(message, ErrorKind::diverged) {}
};

/// The valid name nearest to the given one (Levenshtein distance), or "" if none is near enough.
std::string nearest_name(std::string_view given, std::span<const std::string> valid);

/// Returns the error `unknown <what> "<given>"`, with the nearest valid name and the list of all valid names.
BadInput unknown_name(std::string_view what, std::string_view given, std::span<const std::string> valid);

}  // namespace lehr
