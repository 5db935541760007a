#include "faults/world.hpp"

#include <zlib.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace lehr::test {
namespace fs = std::filesystem;
namespace {

/// Ways to train; each writes or reads other files.
const std::vector<Arguments>& trainings() {
  static const std::vector<Arguments> all{
      {"--data", "digits:64", "--threads", "1"},
      {"--data", "digits:64", "--threads", "1", "--save-best", "--csv", "log.csv", "--jsonl", "log.jsonl"},
      {"--data", "mnist:data", "--threads", "1", "--ema", "0.9"},
      {"--data", "digits:64", "--threads", "1", "--stats", "--batch-norm"},
      {"--data", "digits:64", "--threads", "2", "--schedule", "constant", "--early-stopping", "1"},
  };
  return all;
}

Arguments training(const Arguments& more) {
  Arguments all{"train", "--epochs", "2", "--batch-size", "16", "--checkpoint-batches", "2", "--quiet"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Commands that read, and commands that remove runs. Some of the readers write one file. RUN stands for the
/// finished run, KILLED for the killed run.
const std::map<std::string, std::vector<Arguments>>& readers() {
  static const std::map<std::string, std::vector<Arguments>> all{
      {"report",
       {{"report", "RUN"}, {"report", "RUN", "--out", "new/page.html"}, {"report", "latest", "--text"}}},
      {"runs",
       {{"runs", "list"},
        {"runs", "show", "RUN"},
        {"runs", "export", "RUN", "--table", "steps", "--out", "new/steps.csv"},
        {"runs", "sql", "SELECT count(*), max(loss) FROM steps"},
        {"runs", "gc", "--dry-run"},
        {"runs", "gc"},
        {"runs", "rm", "KILLED", "--yes"},
        {"runs", "list", "--runs", "old"}}},
      {"predict",
       {{"predict", "runs/RUN", "--data", "digits:64", "--sample", "0,1", "--threads", "1"},
        {"predict", "runs/RUN", "--data", "mnist:data", "--sample", "3", "--threads", "1", "--json"},
        {"predict", "runs/RUN", "--data", "mnist:zipped", "--sample", "5", "--threads", "1"},
        {"predict", "runs/RUN/model.safetensors", "picture.png", "--threads", "1"}}}};
  return all;
}

void replace(std::string& text, const std::string& word, const std::string& by) {
  if (const std::size_t at = text.find(word); at != std::string::npos) text.replace(at, word.size(), by);
}

void must(const Outcome& outcome) {
  if (outcome.status != 0) throw std::runtime_error("without faults: " + outcome.err);
}

/// Compresses a file into a folder.
void zip(const fs::path& file, const fs::path& folder) {
  fs::create_directories(folder);
  const std::string bytes = read_file(file);
  const gzFile zipped = gzopen((folder / (file.filename().string() + ".gz")).c_str(), "wb1");
  gzwrite(zipped, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(zipped);
}

void copy_tree(const fs::path& from, const fs::path& to) { fs::copy(from, to, fs::copy_options::recursive); }

}  // namespace

fs::path printed_path(const std::string& out) { return out.substr(0, out.find('\n')); }

std::vector<fs::path> resumable(const fs::path& tree) {
  std::vector<fs::path> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(tree / "runs", error)) {
    if (fs::exists(entry.path() / "config.toml")) all.push_back(entry.path().lexically_relative(tree));
  }
  std::ranges::sort(all);
  return all;
}

std::size_t World::variants(const std::string& kind) {
  const auto found = readers().find(kind);
  return found == readers().end() ? trainings().size() : found->second.size();
}

World::World(std::string kind, std::size_t variant)
    : kind_(std::move(kind)),
      tree_(folder_.path() / "tree"),
      before_(folder_.path() / "before"),
      after_(folder_.path() / "after") {
  fs::create_directory(tree_);
  make_before(training({"--data", "digits:64", "--threads", "1", "--stats"}));
  // A killed run leaves rows in the store's log, and the next reader recovers them.
  if (kind_ == "resume") leave_killed_run(training(trainings().at(variant)));
  if (kind_ == "runs") leave_killed_run(training(trainings().front()));
  if (kind_ == "train") arguments_ = training(trainings().at(variant));
  if (kind_ == "resume") arguments_ = {"train", "--resume", "latest", "--quiet"};
  if (!trains()) arguments_ = readers().at(kind_).at(variant);
  for (std::string& word : arguments_) {
    replace(word, "RUN", done_.filename().string());
    replace(word, "KILLED", killed_.filename().string());
  }
  fs::rename(tree_, before_);
  run_undisturbed();
}

void World::make_before(const Arguments& training) {
  write_idx(tree_ / "data", 64, 28, 28);
  for (const auto& file : fs::directory_iterator(tree_ / "data")) zip(file, tree_ / "zipped");
  fs::create_directory(tree_ / "old");  // of an older version, which the first reader upgrades
  fs::copy_file(fs::path(LEHR_SOURCE_DIR) / "tests/store/goldens/version_1.db", tree_ / "old" / "lehr.db");
  const Outcome made = run(tree_, training);
  must(made);
  done_ = printed_path(made.out).parent_path();
  must(run(tree_, {"activations", done_.string(), "--data", "digits:64", "--sample", "0", "--maps", "maps",
                   "--out", "maps.safetensors", "--threads", "1"}));
  fs::path picture;
  for (const auto& entry : fs::directory_iterator(tree_ / "maps")) picture = std::max(picture, entry.path());
  fs::rename(picture, tree_ / "picture.png");
  fs::remove_all(tree_ / "maps");
  fs::remove(tree_ / "maps.safetensors");
}

/// Leaves a run that was killed between two system calls. Everything that it wrote is present.
void World::leave_killed_run(const Arguments& training) {
  const fs::path scratch = folder_.path() / "scratch";
  const fs::path notes = folder_.path() / "killed";
  copy_tree(tree_, scratch);
  fs::create_directory(notes);
  const InjectedOutcome whole = run_with_faults(scratch, training, {}, notes);
  fs::remove_all(scratch);
  fs::remove_all(notes);
  fs::create_directory(notes);
  FaultPlan plan{.kinds = "crash"};
  plan.after = whole.calls.at({0, "crash"}) * 6 / 10;
  const InjectedOutcome killed = run_with_faults(tree_, training, plan, notes);
  killed_ = resumable(tree_).back();
  const fs::path checkpoints = tree_ / killed_ / "checkpoints";
  if (!killed.crashed() || killed_ == done_ || !fs::exists(checkpoints) || fs::is_empty(checkpoints)) {
    throw std::runtime_error("no run was killed behind a checkpoint: " + killed.err);
  }
}

void World::run_undisturbed() {
  const fs::path notes = folder_.path() / "notes";
  copy_tree(before_, tree_);
  fs::create_directory(notes);
  undisturbed_ = run_with_faults(tree_, arguments_, {}, notes);
  if (undisturbed_.status != 0) throw std::runtime_error("without faults: " + undisturbed_.err);
  fs::rename(tree_, after_);
  if (!trains()) return;
  model_ = read_file(after_ / printed_path(undisturbed_.out));
}

bool World::removes() const {
  const std::string& last = arguments_.back();
  return kind_ == "runs" && (arguments_.at(1) == "rm" || (arguments_.at(1) == "gc" && last != "--dry-run"));
}

bool World::may_change(const fs::path& file) const {
  const fs::path name = file.filename();
  if (name.string().starts_with("lehr.db")) return true;
  if (removes()) return !fs::exists(after_ / file);
  if (kind_ == "report") return name == "report.html";
  const bool log = name == "log.csv" || name == "log.jsonl";
  return kind_ == "resume" && (log || !file.lexically_relative(killed_).string().starts_with(".."));
}

}  // namespace lehr::test
