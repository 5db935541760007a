#include "store/run_schema.hpp"

#include <chrono>
#include <thread>

#include "lehr/core/text.hpp"
#include "lehr/store/run_store.hpp"

namespace lehr::store {
namespace {

constexpr std::int64_t application_id = 0x6c656872;  // "lehr"

// json_each alone: SQLite lets no other function of JSON be called by a schema that it does not trust.
constexpr const char* views = R"sql(
CREATE VIEW stats AS
  SELECT step_id, (SELECT value FROM json_each(row.value) WHERE key = 0) AS layer,
         (SELECT value FROM json_each(row.value) WHERE key = 1) AS tensor,
         (SELECT value FROM json_each(row.value) WHERE key = 2) AS count,
         (SELECT value FROM json_each(row.value) WHERE key = 3) AS non_finite,
         (SELECT value FROM json_each(row.value) WHERE key = 4) AS mean,
         (SELECT value FROM json_each(row.value) WHERE key = 5) AS std,
         (SELECT value FROM json_each(row.value) WHERE key = 6) AS min,
         (SELECT value FROM json_each(row.value) WHERE key = 7) AS max,
         (SELECT value FROM json_each(row.value) WHERE key = 8) AS norm,
         (SELECT value FROM json_each(row.value) WHERE key = 9) AS near_zero,
         (SELECT value FROM json_each(row.value) WHERE key = 10) AS near_zero_abs,
         (SELECT value FROM json_each(row.value) WHERE key = 11) AS zero,
         nullif(substr(histograms, 1 + (SELECT value FROM json_each(row.value) WHERE key = 12),
                       (SELECT value FROM json_each(row.value) WHERE key = 13) -
                         (SELECT value FROM json_each(row.value) WHERE key = 12)), x'') AS magnitudes,
         nullif(substr(histograms, 1 + (SELECT value FROM json_each(row.value) WHERE key = 13),
                       (SELECT value FROM json_each(row.value) WHERE key = 14) -
                         (SELECT value FROM json_each(row.value) WHERE key = 13)), x'') AS signed,
         (SELECT value FROM json_each(row.value) WHERE key = 15) AS signed_exponent
  FROM batch_stats JOIN json_each(numbers) AS row;
CREATE VIEW layer_stats AS
  SELECT runs.name AS run, steps.step, steps.epoch, steps.batch, steps.training, steps.loss, steps.lr,
         layers.name AS layer, stats.tensor, stats.count, stats.non_finite, stats.mean, stats.std, stats.min,
         stats.max, stats.norm, 1.0 * stats.near_zero / nullif(stats.count, 0) AS near_zero,
         1.0 * stats.near_zero_abs / nullif(stats.count, 0) AS near_zero_abs,
         1.0 * stats.zero / nullif(stats.count, 0) AS zero
  FROM stats JOIN steps ON steps.id = stats.step_id JOIN runs ON runs.id = steps.run
       JOIN layers ON layers.run = steps.run AND layers.number = stats.layer;
)sql";

// All statistics of a batch are one row (packed_stats.hpp), which costs the training least; the views show
// them a row a tensor.
constexpr const char* tables = R"sql(
CREATE TABLE runs(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('running', 'done', 'interrupted', 'diverged', 'failed')),
  started REAL NOT NULL,
  ended REAL,
  heartbeat REAL NOT NULL,
  host TEXT NOT NULL,
  process INTEGER NOT NULL,
  process_start INTEGER NOT NULL,
  data TEXT NOT NULL,
  model TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  batch_size INTEGER NOT NULL,
  epochs INTEGER NOT NULL,
  config TEXT NOT NULL,
  note TEXT NOT NULL,
  stats_share REAL NOT NULL,
  reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE environment(
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY(run, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE classes(
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  train_samples INTEGER NOT NULL,
  PRIMARY KEY(run, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE epochs(
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  train_loss REAL,
  train_accuracy REAL,
  valid_loss REAL,
  valid_accuracy REAL,
  lr REAL,
  train_seconds REAL NOT NULL,
  valid_seconds REAL NOT NULL,
  PRIMARY KEY(run, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE metrics(
  run INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  PRIMARY KEY(run, epoch, name),
  FOREIGN KEY(run, epoch) REFERENCES epochs(run, epoch) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE steps(
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  training INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  loss REAL,
  lr REAL,
  momentum REAL,
  UNIQUE(run, step, training, batch)
) STRICT;
CREATE TABLE batch_stats(
  step_id INTEGER PRIMARY KEY REFERENCES steps(id) ON DELETE CASCADE,
  numbers TEXT NOT NULL,
  histograms BLOB NOT NULL
) STRICT;
CREATE TABLE confusion(
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  truth INTEGER NOT NULL,
  predicted INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY(run, truth, predicted)
) STRICT, WITHOUT ROWID;
CREATE TABLE pictures(
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  number INTEGER NOT NULL,
  caption TEXT NOT NULL,
  png BLOB NOT NULL,
  PRIMARY KEY(run, kind, number)
) STRICT;
)sql";

constexpr const char* layers_table = R"sql(
CREATE TABLE layers(
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  shape TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  flops INTEGER NOT NULL,
  receptive_field INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  forward_seconds REAL,
  backward_seconds REAL,
  inputs TEXT NOT NULL,
  PRIMARY KEY(run, number)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* monitors_table = R"sql(
CREATE TABLE monitors(
  run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  callback TEXT NOT NULL,
  metric TEXT NOT NULL,
  lower_is_better INTEGER NOT NULL,
  PRIMARY KEY(run, callback, metric)
) STRICT, WITHOUT ROWID;
)sql";

// From version 1. Layers get times that can be NULL. Of the statistics, tensors that were not measured (no
// value at all) lose their zeros, and tensors without a finite value lose a mean, std, min, max and norm of
// 0.
constexpr const char* from_version_1 = R"sql(
ALTER TABLE runs ADD COLUMN reason TEXT NOT NULL DEFAULT '';
INSERT INTO layers
  SELECT run, number, name, type, shape, parameters, flops, receptive_field, bytes,
         CASE WHEN forward_seconds + backward_seconds > 0 THEN forward_seconds END,
         CASE WHEN forward_seconds + backward_seconds > 0 THEN backward_seconds END, inputs
  FROM old_layers;
DROP TABLE old_layers;
UPDATE batch_stats SET numbers = (
  SELECT json_group_array(json(iif(value ->> 2 > 0, value,
           json_set(value, '$[4]', NULL, '$[5]', NULL, '$[6]', NULL, '$[7]', NULL, '$[8]', NULL))))
  FROM json_each(numbers) WHERE (value ->> 2) + (value ->> 3) > 0)
  WHERE numbers LIKE '%",0,%' AND json_valid(numbers);
)sql";

std::int64_t version_of(const Database& database) { return database.number("PRAGMA user_version"); }

[[noreturn]] void refuse(const Database& database, const std::string& found) {
  throw BadInput(in_quotes(database.file()) + ": expected a run store of version " +
                 std::to_string(schema_version) + " or older, found " + found);
}

bool is_empty(const Database& database) { return database.number("SELECT count(*) FROM sqlite_schema") == 0; }

/// The version of the tables. Throws BadInput unless they are a run store's that this program can read or
/// upgrade.
std::int64_t checked_version(const Database& database) {
  if (is_empty(database)) refuse(database, "an empty database");
  if (database.number("PRAGMA application_id") != application_id)
    refuse(database, "another program's database");
  const std::int64_t version = version_of(database);
  if (version < 1) refuse(database, "version " + std::to_string(version));
  if (version > schema_version) {
    refuse(database, "version " + std::to_string(version) + ", which a newer lehr wrote");
  }
  return version;
}

void set_version(const Database& database) {
  database.execute("PRAGMA user_version = " + std::to_string(schema_version));
}

void make_tables(const Database& database) {
  Transaction transaction(database);
  if (is_empty(database)) {  // else another process was quicker
    for (const char* part : {tables, layers_table, monitors_table, views}) database.execute(part);
    database.execute("PRAGMA application_id = " + std::to_string(application_id));
    set_version(database);
  }
  transaction.commit();
}

/// Makes the tables of an older version those of this one, or leaves the file as it is.
void upgrade(const Database& database) {
  Transaction transaction(database);
  if (checked_version(database) < schema_version) {  // else another process was quicker
    database.execute(
        "DROP VIEW IF EXISTS layer_stats; DROP VIEW IF EXISTS stats; ALTER TABLE layers RENAME TO "
        "old_layers");
    for (const char* part : {layers_table, monitors_table, from_version_1, views}) database.execute(part);
    set_version(database);
  }
  transaction.commit();
}

// If several processes make a store at once, SQLite tells those that come second that it is busy, at once: it
// does not wait for the switch to write-ahead logging.
void make_store(const Database& database) {
  constexpr int tries = 100;
  for (int attempt = 1; is_empty(database); ++attempt) {
    try {
      database.execute("PRAGMA journal_mode = WAL");
      make_tables(database);
    } catch (const DatabaseError& error) {
      if (error.code() != SQLITE_BUSY || attempt == tries) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

}  // namespace

void prepare_for_writing(const Database& database) {
  make_store(database);
  if (checked_version(database) < schema_version) upgrade(database);
  database.execute("PRAGMA journal_mode = WAL");
  // A power cut may take the last transactions, never more; a killed process takes none.
  database.execute("PRAGMA synchronous = NORMAL");
  // Pages. Moving the log into the database waits for the disk twice, and SQLite's own thousand are written
  // within seconds.
  database.execute("PRAGMA wal_autocheckpoint = 4096");
  database.execute("PRAGMA foreign_keys = ON");
}

Database open_for_reading(const std::filesystem::path& file) {
  Database database(file, Access::read);
  if (checked_version(database) == schema_version) return database;
  try {
    prepare_for_writing(Database(file, Access::write));
    return database;
  } catch (const Error&) {  // it cannot be written: its copy is upgraded
    Database copy = database.temporary_copy();
    upgrade(copy);
    copy.execute("PRAGMA query_only = ON");
    return copy;
  }
}

}  // namespace lehr::store
