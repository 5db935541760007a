#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "lehr/core/pimpl.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct RunRecorderOptions {
  std::filesystem::path store = "runs/lehr.db";  ///< made if it is missing, with its folders
  std::string id{};      ///< of the run, distinct within the store; empty: a name made of the time
  std::string name{};    ///< for people; a resumed run whose name is empty here keeps the one that it has
  std::string model{};   ///< what the network is called
  std::string config{};  ///< how it was configured, as TOML
  std::map<std::string, std::string> environment{};  ///< beside version, processor and threads
  /// The page about the run (report::write_page), written at the end of the fit; empty: none.
  std::filesystem::path report{};
  bool pictures = true;  ///< samples, top losses, filters and feature maps, at the end
  /// Where the store cannot be written any more: end the fit after its batch, as Learner::request_stop does.
  bool stop_on_failure = false;
  /// Called once when recording ends early; by default it prints the sentence on stderr.
  std::function<void(const std::string&)> on_failure{};
};

/// Writes what a training does into a run store, as it happens: every batch's loss and rates, every epoch,
/// what ActivationStats measures if the Learner has one, and at the end confusion, top losses and pictures. A
/// second fit is a second run. A fit throws BadInput before its first batch if the store cannot be used, if
/// the run is done and not resumed, and if another training is recording it.
class RunRecorder final : public Callback {
 public:
  explicit RunRecorder(RunRecorderOptions options = {});
  ~RunRecorder() override;
  RunRecorder(RunRecorder&&) noexcept;
  RunRecorder& operator=(RunRecorder&&) noexcept;

  std::string_view name() const override { return "RunRecorder"; }
  /// Behind what computes, before Checkpoint.
  int order() const override { return 92; }
  void before_fit(Learner& learner) override;
  void before_batch(Learner& learner) override;
  void after_loss(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void before_validate(Learner& learner) override;
  void after_validate(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void after_fit(Learner& learner) override;
  void clean_up(Learner& learner) override;
  /// Keeps nothing, but waits until all is written: what a checkpoint has seen is in the store before it.
  void save_state(CallbackState& state) const override;

  /// Of the present or last fit's run.
  const std::string& id() const;
  /// Writes the page about the last fit's run, whole or not at all. Throws BadInput where it cannot be
  /// written, or there is no such run in the store.
  void write_report(const std::filesystem::path& file) const;
  /// Why recording ended early, or empty.
  std::string failure() const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
