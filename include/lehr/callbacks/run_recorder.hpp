#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lehr/core/pimpl.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct RunRecorderOptions {
  std::filesystem::path store = "runs/lehr.db";  ///< made with its folders if it is missing
  std::string id{};      ///< of the run, unique in the store; empty: made from the time
  std::string name{};    ///< For people. A resumed run keeps its name if this one is empty.
  std::string model{};   ///< name of the network
  std::string config{};  ///< its configuration, as TOML
  /// In addition to version, processor and threads.
  std::map<std::string, std::string> environment{};
  /// The page about the run (report::write_page), written at the end of the fit. Empty: no page.
  std::filesystem::path report{};
  bool pictures = true;  ///< at the end: samples, top losses, filters and feature maps
  /// If the store can no longer be written, ends the fit after the current batch, as
  /// Learner::request_stop does.
  bool stop_on_failure = false;
  /// Called once if recording ends early. Prints the sentence on stderr by default.
  std::function<void(const std::string&)> on_failure{};
};

/// Records a training in a run store while it runs: loss and rates of every batch, every epoch,
/// what ActivationStats measures if the Learner has one, and at the end the confusion matrix, top
/// losses and pictures. A second fit is a second run. A fit throws BadInput before its first batch
/// if the store cannot be used, if the run is done and not resumed, or if another training is
/// recording it.
class RunRecorder final : public Callback {
 public:
  explicit RunRecorder(RunRecorderOptions options = {});
  ~RunRecorder() override;
  RunRecorder(RunRecorder&&) noexcept;
  RunRecorder& operator=(RunRecorder&&) noexcept;

  std::string_view name() const override { return "RunRecorder"; }
  /// Runs after callbacks that compute, and before Checkpoint.
  int order() const override { return 92; }
  void before_fit(Learner& learner) override;
  void before_batch(Learner& learner) override;
  void before_stop(Learner& learner) override;
  void after_loss(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void before_validate(Learner& learner) override;
  void after_validate(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void after_fit(Learner& learner) override;
  void clean_up(Learner& learner) override;
  /// Saves no state. It waits until everything is written, so that the store has all that a
  /// checkpoint covers before the checkpoint exists.
  void save_state(CallbackState& state) const override;

  /// The ID of the current or last fit's run.
  const std::string& id() const;
  /// Numbers of the fit's first batches, by name; they grow until the first validation has ended.
  /// docs/diagnosis.md lists them.
  const std::map<std::string, std::string>& start_numbers() const;
  /// Reads what the store has of that run. Throws BadInput if it has nothing.
  store::RunRecords read(const store::ReadOptions& options = {}) const;
  /// Writes the page about the last fit's run, whole or not at all. Throws BadInput if it cannot be
  /// written or if the store does not have the run.
  void write_report(const std::filesystem::path& file) const;
  /// Why recording ended early; empty if it did not.
  std::string failure() const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
