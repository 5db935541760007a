#include "run/toml_values.hpp"

#include "lehr/core/number_text.hpp"

namespace lehr::run {
namespace {

std::string number_of(const toml::node& node) {
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* real = node.as_floating_point()) return number_text(real->get());
  return {};
}

std::string any_text(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  const auto* list = node.as_array();
  if (list == nullptr) return scalar_text(node);
  std::string joined;
  for (const toml::node& item : *list) joined += (joined.empty() ? "" : ",") + scalar_text(item);
  return joined;
}

}  // namespace

std::string scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  const std::string number = number_of(node);
  const bool looks_whole = number.find_first_not_of("+-0123456789") == std::string::npos;
  return node.is_floating_point() && looks_whole ? number + ".0" : number;
}

std::map<std::string, std::string> toml_texts(std::string_view toml) {
  std::map<std::string, std::string> texts;
  try {
    for (const auto& [key, node] : toml::parse(toml)) texts[std::string(key.str())] = any_text(node);
  } catch (const toml::parse_error&) {
    texts.clear();
  }
  return texts;
}

}  // namespace lehr::run
