#include <system_error>

#include "lehr/store/run_store.hpp"
#include "store/run_schema.hpp"

namespace lehr::store {
namespace {

/// Gives free pages back to the system. Not while others read or write, nor without space for the copy that
/// it takes: the pages stay for later rows.
void shrink(const Database& database) {
  try {
    database.execute("VACUUM");
  } catch (const DatabaseError& error) {
    const int code = error.code();
    if (code != SQLITE_BUSY && code != SQLITE_LOCKED && code != SQLITE_FULL) throw;
  }
}

}  // namespace

void check_run_store(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return;
  try {
    prepare_for_writing(Database(file, Access::write));
  } catch (const DatabaseError& failure) {
    if (!failure.is_of_the_disk()) throw;
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
