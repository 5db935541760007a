#include "output.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <iostream>

namespace lehr::cli {

void print_json(const nlohmann::ordered_json& object) {
  constexpr auto invalid_utf8 = nlohmann::ordered_json::error_handler_t::replace;
  std::cout << object.dump(-1, ' ', false, invalid_utf8) << '\n' << std::flush;
}

std::string one_line(std::string_view message) {
  constexpr std::size_t longest = 4000;
  std::string line;
  for (const char c : message.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return message.size() > longest ? line + "..." : line;
}

std::string shortened(std::string_view text) {
  constexpr std::size_t longest = 80;
  if (text.size() <= longest) return std::string(text);
  return std::string(text.substr(0, longest)) + "...";
}

std::string grouped(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t end = digits.size(); end > first + 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace lehr::cli
