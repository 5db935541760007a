#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// What the loggers share: a text file with a line an epoch, complete after each. A resumed fit goes on in
/// the file, from which lines of epochs that it will repeat are taken first.
class EpochLogger : public Callback {
 public:
  int order() const override { return 60; }
  void before_fit(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 protected:
  explicit EpochLogger(std::filesystem::path file) : file_(std::move(file)) {}
  virtual std::string header(const Learner& learner) const = 0;
  virtual std::string line(const Learner& learner) const = 0;

 private:
  void write();

  std::filesystem::path file_;
  std::string text_;
};

/// Epoch, rates, times, losses and metrics as comma-separated values under a header. Source: Keras's
/// CSVLogger.
class CsvLogger final : public EpochLogger {
 public:
  explicit CsvLogger(std::filesystem::path file) : EpochLogger(std::move(file)) {}
  std::string_view name() const override { return "CsvLogger"; }

 private:
  std::string header(const Learner& learner) const override;
  std::string line(const Learner& learner) const override;
};

/// The same as one JSON object a line; numbers that are not finite are null.
class JsonlLogger final : public EpochLogger {
 public:
  explicit JsonlLogger(std::filesystem::path file) : EpochLogger(std::move(file)) {}
  std::string_view name() const override { return "JsonlLogger"; }

 private:
  std::string header(const Learner&) const override { return {}; }
  std::string line(const Learner& learner) const override;
};

}  // namespace lehr
