#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/train.hpp"
#include "lehr/store/safetensors.hpp"
#include "run/callbacks.hpp"
#include "run/prepare.hpp"

namespace lehr {
namespace {

/// Saves a checkpoint at the position of the checkpoint with this name, and ends the fit there.
class SaveAt final : public Callback {
 public:
  SaveAt(std::string name, std::filesystem::path file) : name_(std::move(name)), file_(std::move(file)) {}
  std::string_view name() const override { return "SaveAt"; }
  int order() const override { return 100; }
  void after_batch(Learner& learner) override {
    if (learner.progress().training) save_if_reached(learner);
  }
  void after_epoch(Learner& learner) override { save_if_reached(learner); }

 private:
  void save_if_reached(Learner& learner) const {
    if (checkpoint_name(learner) != name_) return;
    learner.save_checkpoint(file_);
    learner.cancel(Scope::fit);
  }
  std::string name_;
  std::filesystem::path file_;
};

/// A folder for all files of the repeated training. The destructor removes it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::error_code error;
    path_ = std::filesystem::temp_directory_path(error) / fmt::format("lehr-verify-{}", getpid());
    if (error) throw BadInput("TMPDIR names no folder for temporary files: " + error.message());
    std::filesystem::create_directory(path_, error);
    if (error) throw_not_written(path_, error.value());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Adds the run's callbacks, because the checkpoint contains their states. They write to another
/// folder and have no time limit.
void add_run_callbacks(Learner& learner, TrainConfig config, const std::filesystem::path& scratch) {
  if (!config.csv.empty()) config.csv = scratch / "log.csv";
  if (!config.jsonl.empty()) config.jsonl = scratch / "log.jsonl";
  config.time_limit = 0;
  config.checkpoint_batches = 0;
  config.checkpoint_minutes = 0;
  config.checkpoint_epochs = 0;
  run::check_callbacks(learner, config);
  run::add_callbacks(learner, config, scratch, {});
  run::add_statistics(learner, config);
}

/// Whether the recorded batches depend on the speed of the machine, as they do if ActivationStats
/// has a budget.
bool records_depend_on_speed(Learner& learner, const TrainConfig& config) {
  return config.stats && learner.callback<ActivationStats>().budget() > 0;
}

void compare(const std::filesystem::path& saved, const std::filesystem::path& repeated,
             bool with_statistics) {
  const store::SafeTensors a = store::read_safetensors(saved);
  const store::SafeTensors b = store::read_safetensors(repeated);
  for (const auto& [name, tensor] : a.tensors) {
    if (!with_statistics && name.starts_with("lehr.callback.ActivationStats.")) continue;
    const auto found = b.tensors.find(name);
    const bool same = found != b.tensors.end() && found->second.bytes() == tensor.bytes() &&
                      std::memcmp(found->second.data(), tensor.data(), tensor.bytes()) == 0;
    if (!same) {
      throw Error(in_quotes(saved) + ": the tensor " + in_quotes(name) +
                  " differs from what the batches before it give again (another number of threads, machine " +
                  "or version?)");
    }
  }
}

/// Trains from the second checkpoint to the first, and compares the result.
std::string repeat(Learner& learner, const TrainConfig& config, const TrainHooks& hooks,
                   const std::vector<std::filesystem::path>& found) {
  const ScratchFolder scratch;
  const std::filesystem::path repeated = scratch.path() / "repeated.safetensors";
  add_run_callbacks(learner, config, scratch.path());
  learner.add(SaveAt(found[0].filename().string(), repeated));
  const int epochs = static_cast<int>(config.epochs);
  learner.fit(epochs, make_schedule(config, learner.steps(epochs)), {.resume = found[1], .stop = hooks.stop});
  if (!std::filesystem::exists(repeated)) {
    throw Error("the fit ended before it reached " + in_quotes(found[0]));
  }
  compare(found[0], repeated, !records_depend_on_speed(learner, config));
  return fmt::format("{} and {}: every bit the same when repeated", found[1].filename().string(),
                     found[0].filename().string());
}

}  // namespace

std::string verify_run(const TrainConfig& config, const TrainHooks& hooks) {
  if (config.resume.empty()) throw BadInput("--verify needs --resume");
  const ConfigTable table = run::table_of(hooks);
  const TrainConfig prepared = run::prepared(config, table, hooks);
  const ThreadScope threads(static_cast<int>(prepared.threads.value_or(0)));
  const ResumePoint point = resume_point(prepared.resume);
  const std::vector<std::filesystem::path> found = checkpoints_in(point.folder / "checkpoints");
  if (found.size() < 2) {
    throw BadInput(fmt::format("--verify compares two checkpoints, found {} in {}", found.size(),
                               in_quotes(point.folder / "checkpoints")));
  }
  const std::unique_ptr<Learner> learner = make_learner(prepared, run::setup_of(hooks, hooks.on_warning));
  if (hooks.on_learner) hooks.on_learner(*learner);
  return repeat(*learner, prepared, hooks, found);
}

}  // namespace lehr
