#pragma once

#include <string>

#include "lehr/core/text.hpp"

namespace lehr::data {

/// The system's words for an errno value: "No space left on device".
std::string reason_of(int error_number);

}  // namespace lehr::data
