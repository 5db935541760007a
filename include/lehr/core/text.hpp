#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lehr {

/// Makes untrusted text safe for a one-line message. Control characters are escaped as \x1B. Text
/// longer than `longest` bytes is cut at the boundary of a UTF-8 character, and "..." is appended.
std::string printable(std::string_view text, std::size_t longest = 100);
/// printable() in double quotes.
std::string in_quotes(std::string_view text);
inline std::string in_quotes(const std::string& text) { return in_quotes(std::string_view(text)); }
/// The whole path, escaped and in double quotes.
std::string in_quotes(const std::filesystem::path& path);

/// Whether the text contains a control character (below 0x20, or 0x7F), such as a line break.
bool has_control_characters(std::string_view text);

/// Returns the text as a CSV field, in double quotes if it contains a comma, a quote or a line
/// break. Source: RFC 4180.
std::string csv_field(std::string_view text);

/// Whether a name matches a pattern: * matches any text, ? matches any one character.
bool fits_pattern(std::string_view name, std::string_view pattern);

}  // namespace lehr
