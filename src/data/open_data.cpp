#include <filesystem>
#include <utility>

#include "data/division.hpp"
#include "data/kept_on_disk.hpp"
#include "data/schemes.hpp"
#include "data/unreadable.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/cached.hpp"
#include "lehr/data/info.hpp"

namespace lehr::data {
namespace {

SchemeRegistry& registry() {
  static SchemeRegistry schemes({"data scheme", "lehr::register_data_scheme"}, register_all_schemes);
  return schemes;
}

/// The "mnist" and "DIR" of "mnist:DIR".
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

/// The training set comes first, because it is read again in each epoch.
void keep_in_memory(DataSplits& splits, std::int64_t cache_bytes, const MeasureProgress& progress) {
  if (cache_bytes == 0) return;
  auto left = cache_bytes > 0 ? static_cast<std::size_t>(cache_bytes) : usual_cache_bytes();
  const std::shared_ptr<const Dataset> valid = splits.valid;
  splits.train = cached(splits.train, left / 5 * 4, progress);
  splits.valid = cached(valid, left / 5, progress);
  if (splits.test == valid) splits.test = splits.valid;
}

}  // namespace

std::vector<std::string> scheme_names() { return registry().names(); }

DataSplits open_undivided(std::string_view name, SchemeRequest request) {
  const NameParts parts = parts_of(name);
  request.rest = parts.rest;
  DataSplits splits = registry().at(parts.scheme).open(request);
  splits.source = name;
  return splits;
}

DataSplits open_data(const DataRequest& request, const MeasureProgress& progress) {
  check_request(request);
  DataSplits whole = open_undivided(request.name, {.seed = request.seed, .most_pixels = request.most_pixels});
  if (request.skip_unreadable) leave_out_unreadable(whole, progress);
  DataSplits splits = divided(std::move(whole), request);
  if (request.quick_check) {
    for (std::string& warning : quick_warnings(splits)) splits.warnings.push_back(std::move(warning));
  }
  keep_on_disk(splits, request, progress);
  keep_in_memory(splits, request.cache_bytes, progress);
  return splits;
}

DataSplits open_data(std::string_view name, std::uint64_t seed) {
  return open_data(DataRequest{.name = std::string(name), .seed = seed});
}

std::string absolute_name(std::string_view name) {
  std::string before;
  while (true) {
    const NameParts parts = parts_of(name);
    const DataScheme* const scheme = registry().find(parts.scheme);
    if (scheme == nullptr || !parts.rest || parts.rest->empty()) return before + std::string(name);
    if (scheme->takes_path) {
      return before + parts.scheme + ":" + std::filesystem::absolute(*parts.rest).string();
    }
    if (!scheme->takes_data) return before + std::string(name);
    before += parts.scheme + ":";
    name = *parts.rest;
  }
}

}  // namespace lehr::data

namespace lehr {

void register_data_scheme(const std::string& name, DataScheme scheme) {
  if (!scheme.open)
    throw BadInput("the data scheme " + in_quotes(name) + " needs a function that opens data");
  data::registry().add(name, std::move(scheme));
}

}  // namespace lehr
