#include "verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/safetensors.hpp"

namespace lehr::cli {
namespace {

/// Saves where a checkpoint of the given name would be written, and ends the fit there.
class SaveAt final : public Callback {
 public:
  SaveAt(std::string name, std::filesystem::path file) : name_(std::move(name)), file_(std::move(file)) {}
  std::string_view name() const override { return "SaveAt"; }
  int order() const override { return 100; }
  void after_batch(Learner& learner) override {
    if (learner.progress().training) save_where_due(learner);
  }
  void after_epoch(Learner& learner) override { save_where_due(learner); }

 private:
  void save_where_due(Learner& learner) const {
    if (checkpoint_name(learner) != name_) return;
    learner.save_checkpoint(file_);
    learner.cancel(Scope::fit);
  }
  std::string name_;
  std::filesystem::path file_;
};

/// A folder that goes with the object, for all that the repeated training writes.
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

/// The run's callbacks, whose states the checkpoint holds, writing elsewhere and without a limit of time.
void add_the_runs_callbacks(Learner& learner, const TrainOptions& options,
                            const std::filesystem::path& scratch) {
  CallbackOptions callbacks = options.callbacks;
  if (!callbacks.csv.empty()) callbacks.csv = (scratch / "log.csv").string();
  if (!callbacks.jsonl.empty()) callbacks.jsonl = (scratch / "log.jsonl").string();
  callbacks.time_limit = 0;
  callbacks.checkpoint_batches = 0;
  callbacks.checkpoint_minutes = 0;
  callbacks.checkpoint_epochs = 0;
  add_callbacks(learner, callbacks, scratch, {});
  add_stats(learner, options.stats);
}

/// The batches that ActivationStats records under a budget depend on how fast the machine is.
bool records_by_the_clock(Learner& learner, const TrainOptions& options) {
  return options.stats.on && learner.callback<ActivationStats>().budget() > 0;
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

}  // namespace

std::string verify(Learner& learner, const TrainOptions& options, const schedules::RateAndMomentum& schedule,
                   const std::filesystem::path& checkpoints) {
  const std::vector<std::filesystem::path> found = checkpoints_in(checkpoints);
  if (found.size() < 2) {
    throw BadInput(fmt::format("--verify compares two checkpoints, found {} in {}", found.size(),
                               in_quotes(checkpoints)));
  }
  const ScratchFolder scratch;
  const std::filesystem::path repeated = scratch.path() / "repeated.safetensors";
  add_the_runs_callbacks(learner, options, scratch.path());
  learner.add(SaveAt(found[0].filename().string(), repeated));
  learner.fit(static_cast<int>(options.epochs), schedule, {.resume = found[1]});
  if (!std::filesystem::exists(repeated)) {
    throw Error("the fit ended before it reached " + in_quotes(found[0]));
  }
  compare(found[0], repeated, !records_by_the_clock(learner, options));
  return fmt::format("{} and {}: every bit the same when repeated", found[1].filename().string(),
                     found[0].filename().string());
}

}  // namespace lehr::cli
