#include "store/sqlite.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <limits>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/made_folders.hpp"

namespace lehr::store {
namespace fs = std::filesystem;
namespace {

std::string explained(int code, const std::string& given) {
  const std::string reason = printable(given, 300);
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "expected a run store, found a file that is no SQLite database";
    case SQLITE_CORRUPT:
      return "the run store is damaged (" + reason + ")";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process has locked the run store for too long";
    case SQLITE_FULL:
      return "the run store could not be written: no space left on device";
    case SQLITE_READONLY:
      return "the run store cannot be written (" + reason + ")";
    case SQLITE_CANTOPEN:
      return "the run store cannot be opened (" + reason + ")";
    case SQLITE_IOERR:
      return "the run store could not be read or written (" + reason + ")";
    default:
      return reason;
  }
}

/// The errno value if a file could not be opened because of a limit and not because of its name; else 0.
int limit_on_opening(sqlite3* connection, int code) {
  if (connection == nullptr || (code & 0xff) != SQLITE_CANTOPEN) return 0;
  const int reason = sqlite3_system_errno(connection);
  return is_of_the_disk(reason) ? reason : 0;
}

/// A path as a URI for SQLite. Every byte with a special meaning is escaped.
std::string uri_of(const fs::path& file, const char* query) {
  std::string uri = "file:";
  const fs::path whole = fs::absolute(file);
  for (const char c : whole.native()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '/' || byte == '-' || byte == '_' ||
                       byte == '.';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri + query;
}

}  // namespace

DatabaseError::DatabaseError(const fs::path& file, int code, const std::string& reason)
    : BadInput(in_quotes(file) + ": " + explained(code, reason)), code_(code & 0xff) {}

void throw_database_error(const fs::path& file, int code, const std::string& reason) {
  const int primary = code & 0xff;
  if (primary == SQLITE_FULL || primary == SQLITE_IOERR) {
    throw DiskError(in_quotes(file) + ": " + explained(code, reason));
  }
  throw DatabaseError(file, code, reason);
}

Database::Database(fs::path file, Access access, double patience) : file_(std::move(file)) {
  std::error_code error;
  if (fs::is_directory(file_, error)) throw DatabaseError(file_, SQLITE_CANTOPEN, "it is a folder");
  constexpr int common = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = SQLITE_OK;
  std::optional<MadeFolders> folders;
  if (access == Access::write) {
    try {
      folders.emplace(file_.parent_path());
    } catch (const fs::filesystem_error& failure) {
      const int reason = failure.code().value();
      const int kind = reason == ENOSPC || reason == EDQUOT ? SQLITE_FULL
                       : reason == EIO                      ? SQLITE_IOERR
                                                            : SQLITE_CANTOPEN;
      throw_database_error(file_, kind, failure.code().message());
    }
    code = open(uri_of(file_, ""), common | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    // SQLite falls back to reading if writing is not allowed.
    if (code == SQLITE_OK && sqlite3_db_readonly(connection_.get(), "main") == 1) {
      throw DatabaseError(file_, SQLITE_READONLY, "the file is read-only");
    }
  } else {
    if (!fs::exists(file_, error) && !error) {
      throw DatabaseError(file_, SQLITE_CANTOPEN, "there is no such file");
    }
    // Opened for writing if possible: even a reader must recover the log of a killed process, and the last
    // reader removes the log. query_only below forbids all other writes.
    code = open(uri_of(file_, ""), common | SQLITE_OPEN_READWRITE);
    sqlite3_busy_timeout(connection_.get(), static_cast<int>(patience * 1000));
    // Reading a WAL database makes a file next to it, which a read-only folder does not allow. No other
    // process can be writing there.
    const auto unreadable = [](int c) {
      return (c & 0xff) == SQLITE_CANTOPEN || (c & 0xff) == SQLITE_READONLY;
    };
    if (code == SQLITE_OK) {
      code = sqlite3_exec(connection_.get(), "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
    }
    if (limit_on_opening(connection_.get(), code) != 0) fail(code);
    if (unreadable(code)) {
      const auto log = fs::file_size(file_.string() + "-wal", error);
      const bool no_log = error ? error == std::errc::no_such_file_or_directory : log == 0;
      if (!no_log) {
        throw DatabaseError(
            file_, SQLITE_CANTOPEN,
            "it lies where nothing can be written, and with it a -wal file whose rows are not "
            "merged; copy both elsewhere");
      }
      code = open(uri_of(file_, "?immutable=1"), common | SQLITE_OPEN_READONLY);
    }
  }
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(connection_.get(), static_cast<int>(patience * 1000));
  harden();
  if (access == Access::read) execute("PRAGMA query_only = ON");
  if (folders) folders->keep();
}

/// Hardens the connection against untrusted files: the schema cannot run functions, and values are limited in
/// size.
void Database::harden() const {
  constexpr int largest_value = 1 << 28;
  sqlite3_limit(connection_.get(), SQLITE_LIMIT_LENGTH, largest_value);
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  execute("PRAGMA cell_size_check = ON");
}

Database Database::temporary_copy() const {
  Database copy;
  copy.file_ = file_;
  int code =
      copy.open("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE);
  if (code != SQLITE_OK) copy.fail(code);
  if (sqlite3_backup* backup = sqlite3_backup_init(copy.handle(), "main", handle(), "main")) {
    sqlite3_backup_step(backup, -1);
    code = sqlite3_backup_finish(backup);
  } else {
    code = sqlite3_errcode(copy.handle());
  }
  if (code != SQLITE_OK) copy.fail(code);
  copy.harden();
  return copy;
}

int Database::open(const std::string& uri, int flags) {
  sqlite3* made = nullptr;
  const int code = sqlite3_open_v2(uri.c_str(), &made, flags, nullptr);
  connection_.reset(made);
  if (!connection_) fail(code);  // without memory there is no connection to ask
  return code;
}

void Database::fail(int code) const {
  const int reason_of_system = errno;
  if (code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM) throw std::bad_alloc();
  // SQLite also reports a malformed database if the disk cannot read a page of it.
  if ((code & 0xff) == SQLITE_CORRUPT && reason_of_system == EIO) {
    throw_database_error(file_, SQLITE_IOERR, std::generic_category().message(EIO));
  }
  if (const int limit = limit_on_opening(connection_.get(), code); limit != 0) {
    throw DiskError(in_quotes(file_) + ": " + explained(code, std::generic_category().message(limit)));
  }
  const std::string reason = connection_ ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(code);
  throw_database_error(file_, code, reason);
}

void Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t Database::number(std::string_view sql) const {
  Statement statement(*this, sql);
  return statement.next() ? statement.integer(0) : 0;
}

Statement::Statement(const Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* made = nullptr;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &made, &tail);
  statement_.reset(made);
  check(code);
  rest_ = sql.substr(static_cast<std::size_t>(tail - sql.data()));
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) database_->fail(code);
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->fail(code);
  return false;
}

void Statement::run() {
  while (next()) {
  }
  reset();
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

void Statement::bind(int at, std::int64_t value) { check(sqlite3_bind_int64(statement_.get(), at, value)); }

void Statement::bind(int at, double value) { check(sqlite3_bind_double(statement_.get(), at, value)); }

void Statement::bind(int at, const std::string& value) {
  check(sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int at, Blob value) {
  const char* bytes = value.bytes.empty() ? "" : value.bytes.data();  // a null pointer would store NULL
  check(sqlite3_bind_blob64(statement_.get(), at, bytes, value.bytes.size(), SQLITE_TRANSIENT));
}

void Statement::bind(int at, const std::optional<double>& value) {
  check(value ? sqlite3_bind_double(statement_.get(), at, *value) : sqlite3_bind_null(statement_.get(), at));
}

double Statement::real(int column) const {
  if (is_null(column)) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::string Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(statement_.get(), column);
  if (name == nullptr) database_->fail(SQLITE_NOMEM);
  return name;
}

Transaction::~Transaction() {
  if (!committed_) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_->execute("COMMIT");
  committed_ = true;
}

}  // namespace lehr::store
