#pragma once

#include <cstdint>

#include "lehr/core/clock.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

/// Decides which batches ActivationStats records: each `every`-th one, and of those as many as a share of the
/// training time pays for. Counts that time, and what the records cost.
class StatsBudget {
 public:
  /// A share of 0 is no limit.
  StatsBudget(std::int64_t every, double share) : every_(every), share_(share) {}

  /// A part of the training begins whose time counts, and ends.
  void begin_part();
  void end_part();

  /// Whether the next batch is recorded. The first one in turn always is. Later ones are if, with what the
  /// last record cost added, the whole cost stays within the budget.
  bool take();
  /// The batch taken last is not recorded after all.
  void give_back() { --records_; }
  void spend(double seconds);

  /// Cost over the rest of the training time.
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
