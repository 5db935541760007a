#include "store/run_functions.hpp"

#include <exception>
#include <new>
#include <nlohmann/json.hpp>

#include "store/histogram_blob.hpp"

namespace lehr::store {
namespace {

void counts(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  try {
    const void* bytes = sqlite3_value_blob(arguments[0]);
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
    const std::string text = nlohmann::json(unpack_counts({static_cast<const char*>(bytes), size})).dump();
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
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
