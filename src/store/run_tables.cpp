#include "store/run_tables.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "lehr/core/text.hpp"
#include "lehr/store/run_names.hpp"
#include "lehr/store/run_writer.hpp"
#include "store/process_mark.hpp"
#include "store/run_status.hpp"

namespace lehr::store {
namespace {

constexpr const char* insert_step =
    "INSERT OR REPLACE INTO steps(run, step, training, batch, epoch, loss, lr, momentum) "
    "VALUES(?,?,?,?,?,?,?,?)";
constexpr const char* insert_stats = "INSERT OR REPLACE INTO batch_stats VALUES(?,?,?)";
constexpr const char* insert_channels = "INSERT OR REPLACE INTO batch_channels VALUES(?,?,?)";

}  // namespace

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

RunTables::RunTables(const Database& database, const RunInfo& info, const ResumedAt& resumed)
    : database_(&database),
      step_(database, insert_step),
      stats_(database, insert_stats),
      channels_(database, insert_channels) {
  if (info.id.empty()) throw BadInput(in_quotes(database.file()) + ": a run needs an id, found an empty one");
  enter(info, check_or_remove(info.id, resumed));
  rewind(resumed);
}

// A finished run must not be overwritten, and a running one must not have two writers.
std::optional<std::int64_t> check_recordable(const Database& database, const std::string& id,
                                             const ResumedAt& resumed) {
  Statement there(database,
                  "SELECT status, host, process, process_start, heartbeat, id FROM runs WHERE name = ?");
  if (!there.with(id).next()) return std::nullopt;
  const ProcessMark mark{there.text(1), there.integer(2), there.integer(3)};
  const RunStatus status = status_now(status_of(there.text(0)), mark, there.real(4));
  const std::string run = in_quotes(database.file()) + ": the run " + in_quotes(id);
  if (status == RunStatus::running) {
    const bool elsewhere = alive(mark) == Alive::unknown;
    throw RunTaken(run + " is being recorded by process " + std::to_string(mark.process) +
                   (elsewhere ? " of another machine or container, which wrote less than a minute ago" : ""));
  }
  if (resumed.step == 0 && status == RunStatus::done) throw RunTaken(run + " is there already, and is done");
  return there.integer(5);
}

std::string RunTables::check_or_remove(const std::string& id, const ResumedAt& resumed) {
  const std::optional<std::int64_t> there = check_recordable(*database_, id, resumed);
  if (!there) return "";
  Statement before(*database_, "SELECT title FROM runs WHERE id = ?");
  const std::string title = before.with(*there).next() ? before.text(0) : "";
  if (resumed.step == 0) Statement(*database_, "DELETE FROM runs WHERE id = ?").with(*there).run();
  return title;
}

void RunTables::enter(const RunInfo& info, const std::string& title_before) {
  const ProcessMark mark = ProcessMark::mine();
  Statement(
      *database_,
      "INSERT INTO runs(name, title, status, started, heartbeat, host, process, process_start, data, model, "
      "parameters, batch_size, epochs, config, note, stats_share) "
      "VALUES(?,?,'running',?,?,?,?,?,?,?,?,?,?,?,'',0) "
      "ON CONFLICT(name) DO UPDATE SET title = excluded.title, "
      "data = excluded.data, status = 'running', ended = NULL, "
      "heartbeat = excluded.heartbeat, host = excluded.host, process = excluded.process, "
      "process_start = excluded.process_start, epochs = excluded.epochs, config = excluded.config, note = "
      "'', "
      "reason = ''")
      .with(info.id, info.name.empty() ? title_before : info.name, info.started, now(), mark.host,
            mark.process, mark.start, info.data, info.model, info.parameters, info.batch_size, info.epochs,
            info.config)
      .run();
  Statement id(*database_, "SELECT id FROM runs WHERE name = ?");
  id.with(info.id).next();
  run_ = id.integer(0);

  put(info.environment);
  Statement classes(*database_, "INSERT OR IGNORE INTO classes VALUES(?,?,?,0)");
  for (std::size_t i = 0; i < info.classes.size(); ++i) {
    classes.with(run_, static_cast<std::int64_t>(i), info.classes[i]).run();
  }
}

void RunTables::rewind(const ResumedAt& resumed) {
  Statement(*database_, "DELETE FROM steps WHERE run = ? AND (step >= ? OR (NOT training AND epoch >= ?))")
      .with(run_, resumed.step, resumed.epoch)
      .run();
  Statement(*database_, "DELETE FROM epochs WHERE run = ? AND epoch >= ?").with(run_, resumed.epoch).run();
}

void RunTables::heartbeat() {
  Statement(*database_, "UPDATE runs SET heartbeat = ? WHERE id = ?").with(now(), run_).run();
}

void RunTables::put(const std::map<std::string, std::string>& environment) {
  Statement statement(*database_, "INSERT OR REPLACE INTO environment VALUES(?,?,?)");
  for (const auto& [key, value] : environment) statement.with(run_, key, value).run();
}

void RunTables::put(const std::vector<LayerInfo>& layers) {
  Statement statement(*database_, "INSERT OR REPLACE INTO layers VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
  for (const LayerInfo& layer : layers) {
    statement
        .with(run_, layer.index, layer.name, layer.type, nlohmann::json(layer.shape).dump(), layer.parameters,
              layer.flops, layer.receptive_field, layer.bytes, layer.forward_seconds, layer.backward_seconds,
              nlohmann::json(layer.inputs).dump())
        .run();
  }
}

void RunTables::put(const std::vector<MonitorRow>& monitors) {
  Statement(*database_, "DELETE FROM monitors WHERE run = ?").with(run_).run();
  Statement statement(*database_, "INSERT OR REPLACE INTO monitors VALUES(?,?,?,?)");
  for (const MonitorRow& one : monitors) {
    statement.with(run_, one.callback, one.metric, one.lower_is_better).run();
  }
}

void RunTables::put(const StepRow& step, const PackedStats& stats) {
  step_.with(run_, step.step, step.training, step.batch, step.epoch, step.loss, step.lr, step.momentum).run();
  if (stats.empty()) return;
  const std::int64_t id = sqlite3_last_insert_rowid(database_->handle());
  stats_.with(id, numbers_text(stats.tensors()), Blob{stats.histograms()}).run();
  const std::string places = channels_text(stats.tensors());
  if (!places.empty()) channels_.with(id, places, Blob{stats.channels()}).run();
}

void RunTables::put(const EpochRow& epoch) {
  Statement(*database_, "INSERT OR REPLACE INTO epochs VALUES(?,?,?,?,?,?,?,?,?)")
      .with(run_, epoch.epoch, epoch.train_loss, epoch.train_accuracy, epoch.valid_loss, epoch.valid_accuracy,
            epoch.lr, epoch.train_seconds, epoch.valid_seconds)
      .run();
  Statement metrics(*database_, "INSERT OR REPLACE INTO metrics VALUES(?,?,?,?)");
  for (const auto& [name, value] : epoch.metrics) metrics.with(run_, epoch.epoch, name, value).run();
}

void RunTables::put(const Confusion& confusion) {
  Statement(*database_, "DELETE FROM confusion WHERE run = ?").with(run_).run();
  Statement statement(*database_, "INSERT INTO confusion VALUES(?,?,?,?)");
  std::int64_t classes = 0;
  while (classes * classes < static_cast<std::int64_t>(confusion.counts.size())) ++classes;
  for (std::int64_t i = 0; i < classes * classes; ++i) {
    const std::int64_t count = confusion.counts[static_cast<std::size_t>(i)];
    if (count > 0) statement.with(run_, i / classes, i % classes, count).run();
  }
}

void RunTables::put_class_counts(const std::vector<std::int64_t>& counts) {
  Statement statement(*database_, "UPDATE classes SET train_samples = ? WHERE run = ? AND number = ?");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    statement.with(counts[i], run_, static_cast<std::int64_t>(i)).run();
  }
}

void RunTables::put(const std::vector<Picture>& pictures) {
  Statement remove(*database_, "DELETE FROM pictures WHERE run = ? AND kind = ?");
  for (const Picture& picture : pictures) remove.with(run_, picture.kind).run();
  Statement statement(*database_, "INSERT OR REPLACE INTO pictures VALUES(?,?,?,?,?)");
  for (const Picture& picture : pictures) {
    statement.with(run_, picture.kind, picture.number, picture.caption, Blob{picture.png}).run();
  }
}

void RunTables::finish(const RunEnd& end, double now) {
  Statement(*database_,
            "UPDATE runs SET status = ?, reason = ?, note = ?, stats_share = ?, ended = ?, heartbeat = ? "
            "WHERE id = ?")
      .with(std::string(status_name(end.status)), end.reason, end.note, end.stats_share, now, now, run_)
      .run();
}

}  // namespace lehr::store
