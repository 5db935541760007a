#include "data/schemes.hpp"
#include "data/text.hpp"
#include "lehr/core/error.hpp"

namespace lehr::data {
namespace {

const SchemeRegistry& registry() {
  static const SchemeRegistry all = [] {
    SchemeRegistry made;
    register_all_schemes(made);
    return made;
  }();
  return all;
}

}  // namespace

std::vector<std::string> scheme_names() {
  std::vector<std::string> names;
  for (const auto& [name, open] : registry().schemes) names.push_back(name);
  return names;
}

DataSplits open_data(std::string_view name, std::uint64_t seed) {
  const std::size_t colon = name.find(':');
  const std::string scheme(name.substr(0, colon));
  const auto found = registry().schemes.find(scheme);
  if (found == registry().schemes.end()) {
    const std::string shown = quoted(std::string_view(scheme));
    const std::vector<std::string> valid = scheme_names();
    throw unknown_name("data scheme", std::string_view(shown).substr(1, shown.size() - 2), valid);
  }
  std::optional<std::string_view> rest;
  if (colon != std::string_view::npos) rest = name.substr(colon + 1);
  DataSplits splits = found->second(rest, seed);
  splits.source = name;
  return splits;
}

}  // namespace lehr::data
