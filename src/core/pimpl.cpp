#include "lehr/core/pimpl.hpp"

#include <string>

#include "lehr/core/error.hpp"

namespace lehr::detail {

void throw_moved_from(const char* class_name) {
  throw BadInput(std::string(class_name) + " was used after it was moved from");
}

}  // namespace lehr::detail
