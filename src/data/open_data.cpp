#include <filesystem>

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

/// "mnist" and "DIR" of "mnist:DIR".
struct NameParts {
  std::string scheme;
  std::optional<std::string_view> rest;  ///< nothing if there is no colon
};

NameParts parts_of(std::string_view name) {
  const std::size_t colon = name.find(':');
  NameParts parts{std::string(name.substr(0, colon)), std::nullopt};
  if (colon != std::string_view::npos) parts.rest = name.substr(colon + 1);
  return parts;
}

}  // namespace

std::vector<std::string> scheme_names() {
  std::vector<std::string> names;
  for (const auto& [name, scheme] : registry().schemes) names.push_back(name);
  return names;
}

DataSplits open_data(std::string_view name, std::uint64_t seed) {
  const NameParts parts = parts_of(name);
  const auto found = registry().schemes.find(parts.scheme);
  if (found == registry().schemes.end()) {
    throw unknown_name("data scheme", parts.scheme, scheme_names());
  }
  DataSplits splits = found->second.open(parts.rest, seed);
  splits.source = name;
  return splits;
}

std::string absolute_name(std::string_view name) {
  const NameParts parts = parts_of(name);
  const auto found = registry().schemes.find(parts.scheme);
  const bool has_path =
      found != registry().schemes.end() && found->second.takes_path && parts.rest && !parts.rest->empty();
  if (!has_path) return std::string(name);
  return parts.scheme + ":" + std::filesystem::absolute(*parts.rest).string();
}

}  // namespace lehr::data
