#include "labs/inline_text.hpp"

#include "report/axis.hpp"

namespace lehr::labs {
namespace {

/// The length of the address at the start of the text.
std::size_t length_of_address(std::string_view text) {
  std::size_t end = text.find_first_of(" \t\n\"<>)");
  if (end == std::string_view::npos) end = text.size();
  while (end > 0 && (text[end - 1] == '.' || text[end - 1] == ',')) --end;
  return end;
}

/// Escapes text without code, and makes links of its addresses.
std::string with_links(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  std::string out;
  for (std::size_t at = text.find(scheme); at != std::string_view::npos; at = text.find(scheme)) {
    out += escaped_html(text.substr(0, at));
    text.remove_prefix(at);
    const std::size_t length = length_of_address(text);
    const std::string address = escaped_html(text.substr(0, length));
    out.append("<a href=\"").append(address).append("\">").append(address).append("</a>");
    text.remove_prefix(length);
  }
  return out + escaped_html(text);
}

}  // namespace

std::string escaped_html(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += report::escaped(text.substr(0, end), std::string_view::npos);
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string inline_html(std::string_view text) {
  std::string out;
  bool code = false;
  for (;;) {
    const std::size_t tick = text.find('`');
    const std::string_view part = text.substr(0, tick);
    out += code ? "<code>" + escaped_html(part) + "</code>" : with_links(part);
    if (tick == std::string_view::npos) return out;
    text.remove_prefix(tick + 1);
    code = !code;
  }
}

}  // namespace lehr::labs
