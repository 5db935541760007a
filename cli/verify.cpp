#include "verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "lehr/callbacks/checkpoint.hpp"
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

/// A file that goes with the object.
class ScratchFile {
 public:
  ScratchFile()
      : path_(std::filesystem::temp_directory_path() / fmt::format("lehr-verify-{}.safetensors", getpid())) {}
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void compare(const std::filesystem::path& saved, const std::filesystem::path& repeated) {
  const store::SafeTensors a = store::read_safetensors(saved);
  const store::SafeTensors b = store::read_safetensors(repeated);
  for (const auto& [name, tensor] : a.tensors) {
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

std::string verify(Learner& learner, int epochs, const schedules::RateAndMomentum& schedule,
                   const std::filesystem::path& checkpoints) {
  const std::vector<std::filesystem::path> found = checkpoints_in(checkpoints);
  if (found.size() < 2) {
    throw BadInput(fmt::format("--verify compares two checkpoints, found {} in {}", found.size(),
                               in_quotes(checkpoints)));
  }
  const ScratchFile scratch;
  learner.add(SaveAt(found[0].filename().string(), scratch.path()));
  learner.fit(epochs, schedule, {.resume = found[1]});
  if (!std::filesystem::exists(scratch.path())) {
    throw Error("the fit ended before it reached " + in_quotes(found[0]));
  }
  compare(found[0], scratch.path());
  return fmt::format("{} and {}: every bit the same when repeated", found[1].filename().string(),
                     found[0].filename().string());
}

}  // namespace lehr::cli
