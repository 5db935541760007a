#include "data/class_names.hpp"

#include <fmt/format.h>

#include <clocale>
#include <cstdint>
#include <cwctype>
#include <map>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

/// A character of UTF-8 text; `bytes` is 0 if the text does not begin with one (RFC 3629).
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr char32_t least[]{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least[bytes] || code > 0x10FFFF || surrogate ? Character{} : Character{code, bytes};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character first = first_character(text);
    if (first.bytes == 0) return false;
    text.remove_prefix(first.bytes);
  }
  return true;
}

void append(std::string& text, char32_t code) {
  const auto add = [&](char32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0U | code >> 6U);
  } else if (code < 0x10000) {
    add(0xE0U | code >> 12U);
    add(0x80U | (code >> 6U & 0x3FU));
  } else {
    add(0xF0U | code >> 18U);
    add(0x80U | (code >> 12U & 0x3FU));
    add(0x80U | (code >> 6U & 0x3FU));
  }
  add(0x80U | (code & 0x3FU));
}

char32_t lower(char32_t code) {
  static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (code >= 'A' && code <= 'Z') return code - 'A' + 'a';
  if (code < 0x80 || utf8 == nullptr) return code;
  return static_cast<char32_t>(::towlower_l(static_cast<std::wint_t>(code), utf8));
}

}  // namespace

std::string in_lower_case(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Character first = first_character(text);
    if (first.bytes == 0) {
      result += text.front();
      text.remove_prefix(1);
    } else {
      append(result, lower(first.code));
      text.remove_prefix(first.bytes);
    }
  }
  return result;
}

void check_class_names(const std::string& place, std::span<const std::string> names) {
  if (names.size() < 2) {
    throw BadInput(fmt::format("{} has {}; a classifier needs at least two classes", place,
                               names.empty() ? "no class" : "one class, " + in_quotes(names.front())));
  }
  std::map<std::string, std::string> seen;
  for (const std::string& name : names) {
    if (!is_utf8(name))
      throw BadInput(
          fmt::format("{} has the class {}, whose name is not UTF-8; rename it", place, in_quotes(name)));
    if (has_control_characters(name)) {
      throw BadInput(fmt::format("{} has the class {}, whose name holds a control character; rename it",
                                 place, in_quotes(name)));
    }
    const auto [other, is_new] = seen.try_emplace(in_lower_case(name), name);
    if (is_new) continue;
    throw BadInput(
        fmt::format("{} has the classes {} and {}, which differ in upper and lower case alone; join "
                    "or rename them",
                    place, in_quotes(other->second), in_quotes(name)));
  }
}

}  // namespace lehr::data
