#include "output.hpp"

#include <iostream>

#include "lehr/core/text.hpp"

namespace lehr::cli {

void print_json(const nlohmann::ordered_json& object) {
  constexpr auto invalid_utf8 = nlohmann::ordered_json::error_handler_t::replace;
  std::cout << object.dump(-1, ' ', false, invalid_utf8) << '\n' << std::flush;
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string one_line(std::string_view message) { return printable(message, 4000); }
std::string shortened(std::string_view text) { return printable(text, 80); }

std::string grouped(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t end = digits.size(); end > first + 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

}  // namespace lehr::cli
