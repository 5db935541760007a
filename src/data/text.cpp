#include "data/text.hpp"

#include <system_error>

namespace lehr::data {

std::string reason_of(int error_number) { return std::generic_category().message(error_number); }

}  // namespace lehr::data
