#include "store/run_functions.hpp"

#include <exception>
#include <nlohmann/json.hpp>

#include "store/packed_stats.hpp"

namespace lehr::store {
namespace {

using nlohmann::json;

json list_of(std::span<const std::uint64_t> counts, std::uint64_t beyond) {
  json list(std::vector<std::uint64_t>(counts.begin(), counts.end()));
  list.push_back(beyond);
  return list;
}

/// [[magnitudes, signed], ...], a pair a tensor, each null where it was not made.
json counts_of(std::string_view histograms) {
  json all = json::array();
  while (!histograms.empty()) {
    TensorStats stats;
    take_histograms(histograms, stats);
    json pair{nullptr, nullptr};
    if (stats.magnitudes != MagnitudeHistogram{}) {
      pair[0] = list_of(stats.magnitudes.counts, stats.magnitudes.beyond);
    }
    if (stats.values.counts != SignedHistogram{}.counts) pair[1] = stats.values.counts;
    all.push_back(std::move(pair));
  }
  return all;
}

void counts(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  try {
    const void* bytes = sqlite3_value_blob(arguments[0]);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
    const std::string text = counts_of({static_cast<const char*>(bytes), size}).dump();
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace

void add_functions(const Database& database) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const int code = sqlite3_create_function_v2(database.handle(), "counts", 1, flags, nullptr, counts, nullptr,
                                              nullptr, nullptr);
  if (code != SQLITE_OK) database.fail(code);
}

}  // namespace lehr::store
