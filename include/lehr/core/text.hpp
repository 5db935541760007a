#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lehr {

/// Text from outside, fit for a message of one line: control characters escaped as \x1B, cut after `longest`
/// bytes (at the boundary of a UTF-8 character) with "..." behind.
std::string printable(std::string_view text, std::size_t longest = 100);
/// printable() in double quotes.
std::string in_quotes(std::string_view text);
inline std::string in_quotes(const std::string& text) { return in_quotes(std::string_view(text)); }
/// A path, whole: escaped and in double quotes.
std::string in_quotes(const std::filesystem::path& path);

/// Whether a name fits a pattern: * stands for any text, ? for any one character.
bool fits_pattern(std::string_view name, std::string_view pattern);

}  // namespace lehr
