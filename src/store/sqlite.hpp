#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/core/error.hpp"

/// A C++ interface to SQLite with ownership and exceptions.
namespace lehr::store {

/// A failure of SQLite that is caused by the file. `code` is the primary result code, such as SQLITE_BUSY.
class DatabaseError : public BadInput {
 public:
  DatabaseError(const std::filesystem::path& file, int code, const std::string& reason);
  int code() const { return code_; }

 private:
  int code_;
};

/// Throws DatabaseError, or DiskError if there is no space or the disk cannot read or write.
[[noreturn]] void throw_database_error(const std::filesystem::path& file, int code,
                                       const std::string& reason);

class Database;

/// Bytes that are bound as a blob.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement, which can be used several times. It must not outlive its Database.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  /// Binds the parameters from the first on and resets the statement. NaN is stored as NULL.
  template <class... Values>
  Statement& with(const Values&... values) {
    reset();
    int at = 0;
    (bind(++at, values), ...);
    return *this;
  }
  /// Moves to the next row. Returns false after the last row.
  bool next();
  /// Runs the statement to its end and resets it.
  void run();

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
  /// NaN if the value is NULL.
  double real(int column) const;
  /// Text or blob, as bytes.
  std::string text(int column) const;
  int columns() const { return sqlite3_column_count(statement_.get()); }
  std::string column_name(int column) const;
  int column_type(int column) const { return sqlite3_column_type(statement_.get(), column); }
  /// Whether the text contains no statement, only blanks or a comment.
  bool is_none() const { return statement_ == nullptr; }
  /// The text after the first statement.
  const std::string& rest() const { return rest_; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void reset();
  void bind(int at, std::int64_t value);
  void bind(int at, int value) { bind(at, std::int64_t{value}); }
  void bind(int at, bool value) { bind(at, std::int64_t{value}); }
  void bind(int at, double value);
  void bind(int at, const std::string& value);
  void bind(int at, const char* value) { bind(at, std::string(value)); }
  void bind(int at, Blob value);
  void bind(int at, const std::optional<double>& value);
  void check(int code) const;

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string rest_;
};

enum class Access {
  read,   ///< of an existing file, also on a read-only medium
  write,  ///< makes the file and its folders if they are missing
};

/// A connection. Only one thread at a time may use it.
class Database {
 public:
  /// Waits at most `patience` seconds for locks of others. Throws DatabaseError.
  Database(std::filesystem::path file, Access access, double patience = 5);

  /// A writable copy in a private temporary file, which is removed when its connection is closed.
  Database temporary_copy() const;

  void execute(const std::string& sql) const;
  std::int64_t number(std::string_view sql) const;
  const std::filesystem::path& file() const { return file_; }
  sqlite3* handle() const { return connection_.get(); }
  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  Database() = default;
  int open(const std::string& uri, int flags);
  void harden() const;

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> connection_;
};

/// Runs BEGIN IMMEDIATE in the constructor, and ROLLBACK in the destructor unless committed.
class Transaction {
 public:
  explicit Transaction(const Database& database) : database_(&database) {
    database.execute("BEGIN IMMEDIATE");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database* database_;
  bool committed_ = false;
};

}  // namespace lehr::store
