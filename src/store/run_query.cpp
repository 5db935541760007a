#include <fmt/format.h>

#include "lehr/core/text.hpp"
#include "store/run_store_state.hpp"

namespace lehr::store {
namespace {

// A read-only connection could still open other files. This authorizer forbids it, because the query may come
// from someone else.
int allow(void*, int action, const char*, const char*, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

class OnlyReading {
 public:
  explicit OnlyReading(sqlite3* connection) : connection_(connection) {
    sqlite3_set_authorizer(connection_, allow, nullptr);
  }
  ~OnlyReading() { sqlite3_set_authorizer(connection_, nullptr, nullptr); }
  OnlyReading(const OnlyReading&) = delete;
  OnlyReading& operator=(const OnlyReading&) = delete;

 private:
  sqlite3* connection_;
};

std::string in_hexadecimal(const std::string& bytes) {
  std::string digits;
  for (const char byte : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

Value value_of(const Statement& row, int column) {
  switch (row.column_type(column)) {
    case SQLITE_NULL:
      return std::monostate();
    case SQLITE_INTEGER:
      return row.integer(column);
    case SQLITE_FLOAT:
      return row.real(column);
    case SQLITE_BLOB:
      return in_hexadecimal(row.text(column));
    default:
      return row.text(column);
  }
}

/// True if the text contains only blanks, semicolons and comments.
bool is_blank(const Database& database, std::string sql) {
  while (sql.find_first_not_of(" \t\r\n;") != std::string::npos) {
    const Statement next(database, sql);
    if (!next.is_none()) return false;
    sql = next.rest();
  }
  return true;
}

std::vector<std::string> names_of(const Statement& statement) {
  std::vector<std::string> names;
  for (int i = 0; i < statement.columns(); ++i) names.push_back(statement.column_name(i));
  return names;
}

/// Calls `use` with one read-only statement.
template <class Use>
void with_statement(const Database& database, const std::string& sql, const Use& use) {
  // SQLite stops at NUL and would ignore the rest of the text.
  if (sql.find('\0') != std::string::npos) {
    throw BadInput("an SQL statement cannot hold a NUL character, found " + in_quotes(sql));
  }
  const OnlyReading guard(database.handle());
  try {
    if (is_blank(database, sql)) throw BadInput("expected an SQL statement, found none");
    Statement statement(database, sql);
    if (statement.is_none()) throw BadInput("expected an SQL statement at the beginning, found none");
    if (!is_blank(database, statement.rest()))
      throw BadInput("expected one SQL statement, found more behind it");
    use(statement);
  } catch (const DatabaseError& error) {
    if (error.code() == SQLITE_AUTH) throw BadInput("only SELECT is allowed, found " + in_quotes(sql));
    throw;
  }
}

}  // namespace

void RunStore::query(const std::string& sql, const RowAction& row) const {
  if (!row) throw BadInput("a query needs a function that takes its rows, found none");
  with_statement(state_->database, sql, [&](Statement& statement) {
    const std::vector<std::string> names = names_of(statement);
    std::vector<Value> values(names.size());
    while (statement.next()) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_of(statement, static_cast<int>(i));
      if (!row(names, values)) return;
    }
  });
}

std::vector<std::string> RunStore::columns(const std::string& sql) const {
  std::vector<std::string> names;
  with_statement(state_->database, sql, [&](const Statement& statement) { names = names_of(statement); });
  return names;
}

}  // namespace lehr::store
