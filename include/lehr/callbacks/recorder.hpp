#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lehr/train/callback.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

/// One training batch.
struct BatchRecord {
  int epoch = 0;
  std::int64_t batch = 0;
  double loss = 0;
  double lr = 0;
  double momentum = 0;
};

struct RecorderOptions {
  std::int64_t every = 1;  ///< batches from one record to the next
};

/// Loss and rates batch by batch, for curves. What was recorded never changes: validating again later adds
/// nothing. The epochs are in Learner::history.
class Recorder final : public Callback {
 public:
  /// Throws BadInput where every < 1.
  explicit Recorder(RecorderOptions options = {});
  std::string_view name() const override { return "Recorder"; }
  int order() const override { return 50; }
  void after_batch(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

  /// Of all fits, oldest first.
  std::span<const BatchRecord> batches() const { return batches_; }

 private:
  RecorderOptions options_;
  std::vector<BatchRecord> batches_;
};

}  // namespace lehr
