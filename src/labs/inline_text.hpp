#pragma once

#include <string>
#include <string_view>

namespace lehr::labs {

/// report::escaped of each line.
std::string escaped_html(std::string_view text);

/// Escaped text. Text in backticks becomes code, addresses (https://…) become links.
std::string inline_html(std::string_view text);

}  // namespace lehr::labs
