#pragma once

#include <cstdint>

#include "lehr/core/clock.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

/// Decides which batches ActivationStats records: every `every`-th batch, and of these as many as a
/// share of the training time allows. Measures that time and the cost of the records.
class StatsBudget {
 public:
  /// A share of 0 means no limit.
  StatsBudget(std::int64_t every, double share) : every_(every), share_(share) {}

  /// Marks the begin and the end of a part of the training whose time counts.
  void begin_part();
  void end_part();

  /// Whether the next batch is recorded. The first candidate always is. A later one is recorded if
  /// the total cost plus the cost of the last record stays within the budget.
  bool take();
  /// Call it if the batch taken last is not recorded after all.
  void give_back() { --records_; }
  void spend(double seconds);

  /// Cost divided by the rest of the training time.
  double overhead() const;
  double share() const { return share_; }
  std::int64_t batches() const { return batches_; }
  std::int64_t records() const { return records_; }

  void save_state(CallbackState& state) const;
  void load_state(const CallbackState& state);

 private:
  double elapsed() const { return part_seconds_ + (in_part_ ? part_.seconds() : 0); }
  bool within_budget() const;

  std::int64_t every_;
  double share_;
  std::int64_t batches_ = 0;
  std::int64_t records_ = 0;
  double cost_ = 0;
  double last_cost_ = 0;     // of the last record
  double part_seconds_ = 0;  // of finished parts
  bool in_part_ = false;
  Stopwatch part_;
};

}  // namespace lehr
