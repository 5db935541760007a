#include "lehr/store/run_store.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lehr/core/text.hpp"
#include "lehr/store/run_names.hpp"
#include "store/packed_stats.hpp"
#include "store/run_functions.hpp"
#include "store/run_sampling.hpp"
#include "store/run_schema.hpp"
#include "store/run_status.hpp"
#include "store/run_store_state.hpp"

namespace lehr::store {
namespace {

constexpr const char* run_columns =
    "SELECT name, title, status, started, ended, data, model, parameters, batch_size, epochs, config, note, "
    "stats_share, host, process, process_start, heartbeat, id, reason FROM runs ";

StoredRun run_of(const Statement& row) {
  StoredRun run;
  RunInfo& info = run.info;
  info.id = row.text(0);
  info.name = row.text(1);
  info.started = row.real(3);
  info.ended = row.is_null(4) ? 0 : row.real(4);
  info.data = row.text(5);
  info.model = row.text(6);
  info.parameters = row.integer(7);
  info.batch_size = row.integer(8);
  info.epochs = static_cast<int>(row.integer(9));
  info.config = row.text(10);
  info.note = row.text(11);
  info.stats_share = row.real(12);
  const ProcessMark mark{row.text(13), row.integer(14), row.integer(15)};
  info.status = status_now(status_of(row.text(2)), mark, row.real(16));
  if (info.status == RunStatus::interrupted && info.ended == 0) info.ended = row.real(16);
  run.id = row.integer(17);
  info.reason = row.text(18);
  return run;
}

constexpr const char* step_columns = "SELECT step, epoch, batch, training, loss, lr, momentum FROM steps ";

std::optional<double> optional_real(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

StepRow step_of(const Statement& row, int at) {
  return {row.integer(at),     static_cast<int>(row.integer(at + 1)),
          row.integer(at + 2), row.integer(at + 3) != 0,
          row.real(at + 4),    row.real(at + 5),
          row.real(at + 6)};
}

/// Parses a JSON list of integers.
template <class Integer>
std::vector<Integer> integers_of(const std::string& text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  std::vector<Integer> integers;
  if (!parsed.is_array()) return integers;
  for (const auto& one : parsed) {
    if (one.is_number_integer()) integers.push_back(one.get<Integer>());
  }
  return integers;
}

}  // namespace

RunStore::State::State(const std::filesystem::path& file) : database(open_for_reading(file)) {
  add_functions(database);
}

StoredRun RunStore::State::find(const std::string& id) const {
  Statement statement(database, std::string(run_columns) + "WHERE name = ?");
  statement.with(id);
  if (!statement.next()) {
    throw BadInput(in_quotes(database.file()) + ": there is no run " + in_quotes(id));
  }
  StoredRun run = run_of(statement);
  run.info.environment = environment(run.id);
  std::vector<std::int64_t> counts;
  read_classes(run.id, run.info, counts);
  return run;
}

std::map<std::string, std::string> RunStore::State::environment(std::int64_t run) const {
  std::map<std::string, std::string> all;
  each("SELECT key, value FROM environment WHERE run = ?", run,
       [&](const Statement& row) { all[row.text(0)] = row.text(1); });
  return all;
}

void RunStore::State::read_classes(std::int64_t run, RunInfo& info, std::vector<std::int64_t>& counts) const {
  info.classes.clear();
  each("SELECT name, train_samples FROM classes WHERE run = ? ORDER BY number", run,
       [&](const Statement& row) {
         info.classes.push_back(row.text(0));
         counts.push_back(row.integer(1));
       });
}

void RunStore::State::read_batches(std::int64_t run, const ReadOptions& options, RunRecords& records) const {
  try {
    unpack_batches(run, options, records);
  } catch (const DatabaseError&) {
    throw;
  } catch (const BadInput& error) {
    throw BadInput(in_quotes(database.file()) + ": the run store is damaged: " + error.what());
  }
}

void RunStore::State::unpack_batches(std::int64_t run, const ReadOptions& options,
                                     RunRecords& records) const {
  if (options.most_losses > 0 && is_longer(database, run, options.most_losses)) {
    const std::vector<std::int64_t> with_stats = stats_spread(database, run, options.most_steps);
    std::vector<std::int64_t> ids = losses_spread(database, run, options.most_losses);
    ids.insert(ids.end(), with_stats.begin(), with_stats.end());
    records.steps = steps(std::move(ids));
    records.stats = stats(with_stats);
  } else {
    records.steps = all_steps(run);
    records.stats = stats(batches_to_read(database, run, options.most_steps));
  }
}

std::vector<StatsRow> RunStore::State::stats(const std::vector<std::int64_t>& ids) const {
  Statement statement(database,
                      "SELECT step, batch, training, numbers, histograms, places, counts FROM batch_stats "
                      "JOIN steps ON steps.id = batch_stats.step_id "
                      "LEFT JOIN batch_channels ON batch_channels.step_id = batch_stats.step_id "
                      "WHERE batch_stats.step_id = ?");
  std::vector<StatsRow> rows;
  for (const std::int64_t id : ids) {
    statement.with(id);
    if (!statement.next()) continue;
    std::vector<StatsRow> batch = unpack_stats(statement.text(3), statement.text(4));
    if (!statement.is_null(5)) take_channels(statement.text(5), statement.text(6), batch);
    for (StatsRow& row : batch) {
      row.step = statement.integer(0);
      row.batch = statement.integer(1);
      row.training = statement.integer(2) != 0;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::vector<StepRow> RunStore::State::steps(std::vector<std::int64_t> ids) const {
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Statement statement(database, std::string(step_columns) + "WHERE id = ?");
  std::vector<StepRow> rows;
  for (const std::int64_t id : ids) {
    if (statement.with(id).next()) rows.push_back(step_of(statement, 0));
  }
  std::ranges::stable_sort(rows, {}, [](const StepRow& row) { return std::pair(row.step, !row.training); });
  return rows;
}

std::vector<StepRow> RunStore::State::all_steps(std::int64_t run) const {
  std::vector<StepRow> all;
  each(std::string(step_columns) + "WHERE run = ? ORDER BY step, training DESC, batch", run,
       [&](const Statement& row) { all.push_back(step_of(row, 0)); });
  return all;
}

RunStore::RunStore(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {}
RunStore::~RunStore() = default;
RunStore::RunStore(RunStore&&) noexcept = default;
RunStore& RunStore::operator=(RunStore&&) noexcept = default;

std::vector<RunInfo> RunStore::runs() const {
  std::vector<RunInfo> all;
  Statement statement(state_->database, std::string(run_columns) + "ORDER BY started, name");
  while (statement.next()) all.push_back(run_of(statement).info);
  return all;
}

RunInfo RunStore::run(const std::string& id) const { return state_->find(id).info; }

std::vector<EpochRow> RunStore::epochs(const std::string& id) const {
  const std::int64_t run = state_->find(id).id;
  std::vector<EpochRow> all;
  std::map<int, std::size_t> places;
  state_->each(
      "SELECT epoch, train_loss, train_accuracy, valid_loss, valid_accuracy, lr, train_seconds, "
      "valid_seconds FROM "
      "epochs WHERE run = ? ORDER BY epoch",
      run, [&](const Statement& row) {
        const int epoch = static_cast<int>(row.integer(0));
        places[epoch] = all.size();
        all.push_back({epoch,
                       row.real(1),
                       row.real(2),
                       optional_real(row, 3),
                       optional_real(row, 4),
                       {},
                       row.real(5),
                       row.real(6),
                       row.real(7)});
      });
  state_->each("SELECT epoch, name, value FROM metrics WHERE run = ?", run, [&](const Statement& row) {
    const auto place = places.find(static_cast<int>(row.integer(0)));
    if (place != places.end()) all[place->second].metrics[row.text(1)] = row.real(2);
  });
  return all;
}

std::vector<LayerInfo> RunStore::layers(const std::string& id) const {
  std::vector<LayerInfo> all;
  state_->each(
      "SELECT number, name, type, shape, parameters, flops, receptive_field, bytes, forward_seconds, "
      "backward_seconds, inputs FROM layers WHERE run = ? ORDER BY number",
      state_->find(id).id, [&](const Statement& row) {
        all.push_back({.index = static_cast<int>(row.integer(0)),
                       .name = row.text(1),
                       .type = row.text(2),
                       .shape = integers_of<std::int64_t>(row.text(3)),
                       .inputs = integers_of<int>(row.text(10)),
                       .parameters = row.integer(4),
                       .flops = row.integer(5),
                       .receptive_field = row.integer(6),
                       .bytes = row.integer(7),
                       .forward_seconds = optional_real(row, 8),
                       .backward_seconds = optional_real(row, 9)});
      });
  return all;
}

std::vector<MonitorRow> RunStore::monitors(const std::string& id) const {
  std::vector<MonitorRow> all;
  state_->each(
      "SELECT callback, metric, lower_is_better FROM monitors WHERE run = ? ORDER BY callback, metric",
      state_->find(id).id, [&](const Statement& row) {
        all.push_back({row.text(0), row.text(1), row.integer(2) != 0});
      });
  return all;
}

std::vector<StepRow> RunStore::steps(const std::string& id) const {
  return state_->all_steps(state_->find(id).id);
}

RunRecords RunStore::read(const std::string& id, const ReadOptions& options) const {
  state_->database.execute("BEGIN");  // one state of the file for all queries, even if others write meanwhile
  struct End {
    const Database& database;
    ~End() { sqlite3_exec(database.handle(), "ROLLBACK", nullptr, nullptr, nullptr); }
  } const end{state_->database};

  const StoredRun run = state_->find(id);
  RunRecords records{run.info};
  state_->read_classes(run.id, records.info, records.class_counts);
  records.layers = layers(id);
  records.monitors = monitors(id);
  records.epochs = epochs(id);
  state_->read_batches(run.id, options, records);
  constexpr std::size_t most_classes = 10'000;  // a matrix of this size fits in memory
  const std::size_t classes = std::min(records.info.classes.size(), most_classes);
  state_->each("SELECT truth, predicted, count FROM confusion WHERE run = ?", run.id,
               [&](const Statement& row) {
                 if (!records.confusion)
                   records.confusion = Confusion{std::vector<std::int64_t>(classes * classes)};
                 const auto truth = static_cast<std::size_t>(row.integer(0));
                 const auto predicted = static_cast<std::size_t>(row.integer(1));
                 if (truth < classes && predicted < classes)
                   records.confusion->counts[truth * classes + predicted] = row.integer(2);
               });
  if (!options.pictures) return records;
  state_->each("SELECT kind, caption, number, png FROM pictures WHERE run = ? ORDER BY kind, number", run.id,
               [&](const Statement& row) {
                 records.pictures.push_back({row.text(0), row.text(1), row.integer(2), row.text(3)});
               });
  return records;
}

}  // namespace lehr::store
