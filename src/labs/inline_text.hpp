#pragma once

#include <string>
#include <string_view>

namespace lehr::labs {

/// The text with markup characters replaced. Keeps everything else, also line breaks.
std::string escaped_html(std::string_view text);

/// Escaped text. Text in backticks becomes code, addresses (https://…) become links.
std::string inline_html(std::string_view text);

}  // namespace lehr::labs
