#pragma once

#include <string>
#include <string_view>

namespace lehr::report {

/// Base64 of RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace lehr::report
