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

/// Whether a byte of the text is a control character (below 0x20, or 0x7F), such as a line break.
bool has_control_characters(std::string_view text);

/// The text as a field of a CSV file: in double quotes if it holds a comma, a quote or a line break. Source:
/// RFC 4180.
std::string csv_field(std::string_view text);

/// Whether a name fits a pattern: * stands for any text, ? for any one character.
bool fits_pattern(std::string_view name, std::string_view pattern);

}  // namespace lehr
