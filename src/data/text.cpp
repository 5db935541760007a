#include "data/text.hpp"

#include <fmt/format.h>

#include <system_error>

namespace lehr::data {
namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02X}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 100;
  if (text.size() > longest) return '"' + escaped(text.substr(0, longest)) + "...\"";
  return '"' + escaped(text) + '"';
}

std::string quoted(const std::filesystem::path& path) { return '"' + escaped(path.string()) + '"'; }

std::string reason_of(int error_number) { return std::generic_category().message(error_number); }

}  // namespace lehr::data
