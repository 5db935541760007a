#pragma once

#include <filesystem>
#include <string_view>

#include "lehr/callbacks/disk_guard.hpp"
#include "lehr/callbacks/monitor.hpp"

namespace lehr {

/// Saves the model after each epoch whose metric is the best so far. If the disk does not take the file, the
/// fit continues, and the next epoch that is better than the saved one is saved. Warns at the end of a fit in
/// which no epoch had a value. Source: Keras's ModelCheckpoint with save_best_only.
class SaveBest final : public Callback {
 public:
  explicit SaveBest(std::filesystem::path file, MonitorOptions monitor = {}, OnFailure on_failure = {});
  std::string_view name() const override { return "SaveBest"; }
  int order() const override { return 30; }
  void before_fit(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void after_fit(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;
  std::optional<WatchedMetric> watched(const Learner& learner) const override {
    return monitor_.watched(name(), learner);
  }

  const std::filesystem::path& file() const { return file_; }
  double best() const { return monitor_.best(); }

 private:
  std::filesystem::path file_;
  Monitor monitor_;
  DiskGuard guard_;
  bool has_value_ = false;  // an epoch of this fit had a value
};

}  // namespace lehr
