#include "lehr/callbacks/recorder.hpp"

#include <cstring>

#include "lehr/core/error.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

Recorder::Recorder(RecorderOptions options) : options_(options) {
  if (options_.every >= 1) return;
  throw BadInput("Recorder records every 1 batch or more, found " + std::to_string(options_.every));
}

void Recorder::after_batch(Learner& learner) {
  const Progress& p = learner.progress();
  if (!p.training || p.batch % options_.every != 0) return;
  batches_.push_back({p.epoch, p.batch, p.loss, p.lr, p.momentum});
}

// The records' bytes as floats, since a state holds arrays of these.
void Recorder::save_state(CallbackState& state) const {
  static_assert(std::is_trivially_copyable_v<BatchRecord> && sizeof(BatchRecord) % sizeof(float) == 0);
  std::vector<float> bytes(batches_.size() * sizeof(BatchRecord) / sizeof(float));
  if (!bytes.empty()) std::memcpy(bytes.data(), batches_.data(), bytes.size() * sizeof(float));
  state.arrays["batches"] = std::move(bytes);
}

void Recorder::load_state(const CallbackState& state) {
  const std::vector<float>& bytes = state.array("batches");
  const std::size_t size = bytes.size() * sizeof(float);
  if (size % sizeof(BatchRecord) != 0) throw BadInput("its records are of another size");
  batches_.resize(size / sizeof(BatchRecord));
  if (size > 0) std::memcpy(static_cast<void*>(batches_.data()), bytes.data(), size);
}

}  // namespace lehr
