#include "train/nested_error.hpp"

#include <exception>

namespace lehr {

void throw_nested(ErrorKind kind, const std::string& message) {
  switch (kind) {
    case ErrorKind::bad_input:
      std::throw_with_nested(BadInput(message));
    case ErrorKind::diverged:
      std::throw_with_nested(Diverged(message));
    case ErrorKind::internal:
      break;
  }
  std::throw_with_nested(Error(message));
}

void rethrow_from(const std::string& where) {
  try {
    throw;
  } catch (const Error& error) {
    throw_nested(error.kind(), error.what() + where);
  } catch (const std::exception& error) {
    throw_nested(ErrorKind::internal, error.what() + where);
  } catch (...) {
    throw_nested(ErrorKind::internal, "something that is no std::exception was thrown" + where);
  }
}

}  // namespace lehr
