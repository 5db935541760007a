#include <system_error>

#include "lehr/core/disk_error.hpp"
#include "lehr/store/made_folders.hpp"
#include "lehr/store/run_store.hpp"
#include "store/run_schema.hpp"
#include "store/run_tables.hpp"

namespace lehr::store {
namespace {

/// Returns free pages to the system. If others are reading or writing, or if there is no space for the
/// temporary copy, the pages stay for later rows.
void shrink(const Database& database) {
  try {
    database.execute("VACUUM");
  } catch (const DiskError&) {  // NOLINT(bugprone-empty-catch)
  } catch (const DatabaseError& error) {
    if (error.code() != SQLITE_BUSY && error.code() != SQLITE_LOCKED) throw;
  }
}

}  // namespace

void check_run_store(const std::filesystem::path& file, const std::string& id, const ResumedAt& resumed) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    try {
      check_can_make(file.parent_path());
    } catch (const std::filesystem::filesystem_error& failure) {
      throw DatabaseError(file, SQLITE_CANTOPEN, failure.code().message());
    }
    return;
  }
  try {
    const Database database(file, Access::write);
    prepare_for_writing(database);
    if (!id.empty()) check_recordable(database, id, resumed);
  } catch (const DiskError&) {  // NOLINT(bugprone-empty-catch)
  }
}

void remove_runs(const std::filesystem::path& file, std::span<const std::string> ids) {
  const Database database(file, Access::write);
  prepare_for_writing(database);
  Transaction transaction(database);
  Statement statement(database, "DELETE FROM runs WHERE name = ?");
  for (const std::string& id : ids) statement.with(id).run();
  transaction.commit();
  shrink(database);
}

}  // namespace lehr::store
