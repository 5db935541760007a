#pragma once

#include <string>
#include <string_view>

namespace lehr::store {

/// Text from a file, fit for a message: in double quotes, clipped, with everything but printable ASCII
/// escaped.
std::string in_quotes(std::string_view text);

}  // namespace lehr::store
