#include "output.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::cli {

void print_json(const nlohmann::ordered_json& object) {
  constexpr auto invalid_utf8 = nlohmann::ordered_json::error_handler_t::replace;
  std::cout << object.dump(-1, ' ', false, invalid_utf8) << '\n' << std::flush;
}

OnFailure warnings(bool live, bool json) {
  return [live, json](const std::string& sentence) {
    const std::string line = one_line(sentence);
    std::fprintf(stderr, "%slehr: %s\n", live ? "\r\x1b[J" : "", line.c_str());
    if (json) print_json({{"event", "warning"}, {"message", line}});
  };
}

std::string one_line(std::string_view message) { return printable(message, 4000); }
std::string shortened(std::string_view text) { return printable(text, 80); }

std::string grouped(std::int64_t count) {
  std::string digits = fmt::format("{}", count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t end = digits.size(); end > first + 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::string grouped(std::int64_t count, std::string_view noun) {
  return grouped(count) + " " + (count == 1 ? std::string(noun) : plural(noun));
}

}  // namespace lehr::cli
