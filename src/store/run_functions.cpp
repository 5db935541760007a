#include "store/run_functions.hpp"

#include <exception>
#include <new>
#include <nlohmann/json.hpp>

#include "store/histogram_blob.hpp"
#include "store/run_aggregates.hpp"

namespace lehr::store {
namespace {

std::string_view bytes_of(sqlite3_value* value) {
  const void* bytes = sqlite3_value_blob(value);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void counts(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  try {
    const std::string text = nlohmann::json(unpack_counts(bytes_of(arguments[0]))).dump();
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

/// One count of a blob by its index; NULL if it is out of range.
void count_at(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  try {
    const std::vector<std::uint64_t> all = unpack_counts(bytes_of(arguments[0]));
    const std::int64_t place = sqlite3_value_int64(arguments[1]);
    if (place < 0 || place >= std::ssize(all)) return sqlite3_result_null(context);
    sqlite3_result_int64(context, static_cast<std::int64_t>(all[static_cast<std::size_t>(place)]));
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace

void add_functions(const Database& database) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const auto add = [&](const char* name, int arguments, auto* function) {
    const int code = sqlite3_create_function_v2(database.handle(), name, arguments, flags, nullptr, function,
                                                nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) database.fail(code);
  };
  add("counts", 1, counts);
  add("count_at", 2, count_at);
  add_aggregates(database);
}

}  // namespace lehr::store
