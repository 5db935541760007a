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
    throw unknown_name("data scheme", scheme, scheme_names());
  }
  std::optional<std::string_view> rest;
  if (colon != std::string_view::npos) rest = name.substr(colon + 1);
  DataSplits splits = found->second(rest, seed);
  splits.source = name;
  return splits;
}

}  // namespace lehr::data
