#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lehr/train/callback.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

/// The values of one training batch.
struct BatchRecord {
  int epoch = 0;
  std::int64_t batch = 0;
  double loss = 0;
  double lr = 0;
  double momentum = 0;
};

struct RecorderOptions {
  std::int64_t every = 1;  ///< record every n-th batch
};

/// Records loss and rates batch by batch, for curves. Records never change: a later validation adds nothing.
/// For epochs see Learner::history.
class Recorder final : public Callback {
 public:
  /// Throws BadInput if every < 1.
  explicit Recorder(RecorderOptions options = {});
  std::string_view name() const override { return "Recorder"; }
  int order() const override { return 50; }
  void after_batch(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

  /// The records of all fits, oldest first.
  std::span<const BatchRecord> batches() const { return batches_; }

 private:
  RecorderOptions options_;
  std::vector<BatchRecord> batches_;
};

}  // namespace lehr
