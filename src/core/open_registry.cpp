#include "core/open_registry.hpp"

#include <algorithm>

#include "lehr/core/text.hpp"

namespace lehr::detail {
namespace {

constexpr std::size_t max_name_length = 64;

bool is_name_character(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

}  // namespace

void check_registered_name(const RegistryWords& words, std::string_view name) {
  const bool fits = !name.empty() && name.size() <= max_name_length;
  if (fits && std::all_of(name.begin(), name.end(), is_name_character)) return;
  throw BadInput(std::string("the name of a new ") + words.kind + " should have 1 to " +
                 std::to_string(max_name_length) + " letters, digits, '-', '_' or '.', found " +
                 in_quotes(name));
}

BadInput name_is_taken(const RegistryWords& words, std::string_view name, bool built_in) {
  const std::string taken = std::string("the ") + words.kind + " " + in_quotes(name);
  return BadInput(built_in ? taken + " is built in; register yours under another name"
                           : taken + " is registered already");
}

BadInput unknown_registered_name(const RegistryWords& words, std::string_view name,
                                 const std::vector<std::string>& known) {
  const BadInput unknown = unknown_name(words.kind, printable(name), known);
  return BadInput(unknown.what() + std::string("; a program adds its own with ") + words.function);
}

}  // namespace lehr::detail
