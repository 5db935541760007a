#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/callbacks/disk_guard.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

/// Base class of the loggers: a text file with one line per epoch, complete after each epoch. A new fit
/// replaces an existing file. A resumed fit continues the file and removes the lines of epochs that it
/// repeats. If the disk is full after an epoch, the fit continues, and the missing lines are written after
/// the next epoch.
class EpochLogger : public Callback {
 public:
  int order() const override { return 60; }
  void before_fit(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 protected:
  EpochLogger(std::filesystem::path file, OnFailure on_failure)
      : file_(std::move(file)), guard_(std::move(on_failure)) {}
  /// The text before the first epoch.
  virtual std::string header(const Learner& learner) = 0;
  /// Appends the line of the last epoch.
  virtual void append_line(std::string& text, const Learner& learner) = 0;

 private:
  void write();

  std::filesystem::path file_;
  std::string text_;
  DiskGuard guard_;
};

/// Logs epoch, rates, times, losses, metrics and recorded values as comma-separated values with a header. A
/// recorded value (Learner::record_value) gets a column at the first epoch that has it; its name is quoted if
/// need be. What an epoch lacks is nan. Source: Keras's CSVLogger.
class CsvLogger final : public EpochLogger {
 public:
  explicit CsvLogger(std::filesystem::path file, OnFailure on_failure = {})
      : EpochLogger(std::move(file), std::move(on_failure)) {}
  std::string_view name() const override { return "CsvLogger"; }
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  std::string header(const Learner& learner) override;
  void append_line(std::string& text, const Learner& learner) override;

  std::vector<std::string> recorded_;  ///< names of the recorded values that have a column, in its order
};

/// Logs the same values as one JSON object per line. Values that are not finite are null.
class JsonlLogger final : public EpochLogger {
 public:
  explicit JsonlLogger(std::filesystem::path file, OnFailure on_failure = {})
      : EpochLogger(std::move(file), std::move(on_failure)) {}
  std::string_view name() const override { return "JsonlLogger"; }

 private:
  std::string header(const Learner&) override { return {}; }
  void append_line(std::string& text, const Learner& learner) override;
};

}  // namespace lehr
