#include "store/run_schema.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "lehr/core/text.hpp"
#include "lehr/store/run_store.hpp"
#include "store/packed_stats.hpp"

namespace lehr::store {
namespace {

constexpr std::int64_t application_id = 0x6c656872;  // "lehr"

// Uses only json_each, because SQLite does not let an untrusted schema call other JSON functions.
std::string number_at(std::size_t key) {
  return fmt::format("(SELECT value FROM json_each(row.value) WHERE key = {})", key);
}

/// The bytes of `histograms` between two places; NULL if there are none.
std::string bytes_between(std::size_t begin_key, std::size_t end_key) {
  const std::string begin = number_at(begin_key);
  return fmt::format("nullif(substr(histograms, 1 + {}, {} - {}), x'')", begin, number_at(end_key), begin);
}

std::string stats_view() {
  std::string columns =
      "step_id, " + number_at(layer_key) + " AS layer, " + number_at(tensor_key) + " AS tensor";
  for (std::size_t i = 0; i < std::size(stat_fields); ++i) {
    columns += fmt::format(", {} AS {}", number_at(key_of_field(i)), stat_fields[i].name);
  }
  return "CREATE VIEW stats AS SELECT " + columns + ", " + bytes_between(magnitudes_key, values_key) +
         " AS magnitudes, " + bytes_between(values_key, end_key) + " AS signed, " + number_at(exponent_key) +
         " AS signed_exponent FROM batch_stats JOIN json_each(numbers) AS row;";
}

/// The view of batch_channels. The counts of a field end where those of the next field begin.
std::string channel_stats_view() {
  std::string columns = "step_id, " + number_at(layer_key) + " AS layer, " + number_at(tensor_key) +
                        " AS tensor, " + number_at(channel_count_key) + " AS channels, " +
                        number_at(channel_values_key) + " AS channel_values";
  for (std::size_t i = 0; i < std::size(channel_fields); ++i) {
    const std::string begin = number_at(first_channel_key + i);
    const std::string end =
        fmt::format("coalesce({}, {})", number_at(first_channel_key + i + 1), number_at(channels_end_key));
    columns += fmt::format(", substr(counts, 1 + {0}, {1} - {0}) AS {2}", begin, end, channel_fields[i].name);
  }
  return "CREATE VIEW channel_stats AS SELECT " + columns +
         " FROM batch_channels JOIN json_each(places) AS row;";
}

std::string layer_stats_view() {
  std::string columns;
  for (const StatField& field : stat_fields) {
    columns += field.kind == StatField::Kind::share
                   ? fmt::format(", 1.0 * stats.{0} / nullif(stats.count, 0) AS {0}", field.name)
                   : fmt::format(", stats.{}", field.name);
  }
  return "CREATE VIEW layer_stats AS SELECT runs.name AS run, steps.step, steps.epoch, steps.batch, "
         "steps.training, steps.loss, steps.lr, layers.name AS layer, stats.tensor" +
         columns +
         " FROM stats JOIN steps ON steps.id = stats.step_id JOIN runs ON runs.id = steps.run "
         "JOIN layers ON layers.run = steps.run AND layers.number = stats.layer;";
}

// All statistics of a batch are one row (packed_stats.hpp), because this costs the training least.
// The views show one row per tensor.
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

constexpr const char* channels_table = R"sql(
CREATE TABLE batch_channels(
  step_id INTEGER PRIMARY KEY REFERENCES steps(id) ON DELETE CASCADE,
  places TEXT NOT NULL,
  counts BLOB NOT NULL
) STRICT;
)sql";

// From version 1. The times of layers become NULL if they are 0. Tensors that were not measured (no
// value at all) are removed. Tensors without a finite value get NULL instead of 0 for mean, std,
// min, max and norm.
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

/// The version of the tables. Throws BadInput unless they are of a run store that this program can
/// read or upgrade.
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

void make_views(const Database& database) {
  database.execute(stats_view());
  database.execute(layer_stats_view());
  database.execute(channel_stats_view());
}

void make_tables(const Database& database) {
  Transaction transaction(database);
  if (is_empty(database)) {  // otherwise another process was faster
    for (const char* part : {tables, layers_table, monitors_table, channels_table}) database.execute(part);
    make_views(database);
    database.execute("PRAGMA application_id = " + std::to_string(application_id));
    set_version(database);
  }
  transaction.commit();
}

/// Upgrades the tables of an older version. If that fails, the file is unchanged.
void upgrade(const Database& database) {
  Transaction transaction(database);
  const std::int64_t version = checked_version(database);
  if (version < schema_version) {  // otherwise another process was faster
    database.execute("DROP VIEW IF EXISTS layer_stats; DROP VIEW IF EXISTS stats");
    if (version < 2) {
      database.execute("ALTER TABLE layers RENAME TO old_layers");
      for (const char* part : {layers_table, monitors_table, from_version_1}) database.execute(part);
    }
    if (version < 3) database.execute(channels_table);
    make_views(database);
    set_version(database);
  }
  transaction.commit();
}

// If several processes make a store at the same time, all but the first get SQLITE_BUSY
// immediately, because SQLite does not wait for the switch to write-ahead logging.
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

/// A store without runs. Its file is left alone: a process that makes it may not have come further.
Database empty_store(const Database& database) {
  Database copy = database.temporary_copy();
  make_tables(copy);
  copy.execute("PRAGMA query_only = ON");
  return copy;
}

}  // namespace

void prepare_for_writing(const Database& database) {
  make_store(database);
  if (checked_version(database) < schema_version) upgrade(database);
  database.execute("PRAGMA journal_mode = WAL");
  // A power cut may lose the last transactions, but no more. A killed process loses none.
  database.execute("PRAGMA synchronous = NORMAL");
  // In pages. Moving the log into the database waits for the disk twice, and SQLite's default of
  // 1000 pages is reached within seconds.
  database.execute("PRAGMA wal_autocheckpoint = 4096");
  database.execute("PRAGMA foreign_keys = ON");
}

Database open_for_reading(const std::filesystem::path& file) {
  Database database(file, Access::read);
  if (is_empty(database)) return empty_store(database);
  if (checked_version(database) == schema_version) return database;
  try {
    prepare_for_writing(Database(file, Access::write));
    return database;
  } catch (const Error&) {  // the store is not writable, so a copy is upgraded
    Database copy = database.temporary_copy();
    upgrade(copy);
    copy.execute("PRAGMA query_only = ON");
    return copy;
  }
}

}  // namespace lehr::store
