#include "lehr/core/text.hpp"

#include <algorithm>

#include "lehr/core/file_names.hpp"
#include "lehr/core/hash.hpp"

namespace lehr {
namespace {

constexpr bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7F; }
constexpr bool continues_character(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

constexpr std::string_view digits = "0123456789ABCDEF";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (is_control(byte)) {
      result += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
    } else {
      result += character;
    }
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return escaped(text);
  std::size_t end = longest;
  while (end > 0 && continues_character(static_cast<unsigned char>(text[end]))) --end;
  return escaped(text.substr(0, end)) + "...";
}

std::string in_quotes(std::string_view text) { return '"' + printable(text) + '"'; }
std::string in_quotes(const std::filesystem::path& path) { return '"' + escaped(path.string()) + '"'; }

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(
      text, [](char character) { return is_control(static_cast<unsigned char>(character)); });
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char character : text) quoted.append(character == '"' ? 2 : 1, character);
  return quoted + '"';
}

std::string file_name_part(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string safe;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    const bool special = is_control(byte) || (safe.empty() && character == '.') ||
                         std::string_view("/\\:*?\"<>|%").find(character) != std::string_view::npos;
    if (special) {
      safe += {'%', digits[byte >> 4U], digits[byte & 15U]};
    } else {
      safe += character;
    }
  }
  if (safe.empty()) return "%";
  if (safe.size() <= longest) return safe;
  std::size_t end = longest;
  while (end > 0 && continues_character(static_cast<unsigned char>(safe[end]))) --end;
  Hash hash;
  hash.add(text);
  return safe.substr(0, end) + "~" + hash.text();
}

// Backtracks only to the last *, so the time is at most proportional to the product of the lengths.
bool fits_pattern(std::string_view name, std::string_view pattern) {
  std::size_t n = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace lehr
