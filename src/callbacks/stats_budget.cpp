#include "callbacks/stats_budget.hpp"

namespace lehr {

void StatsBudget::begin_part() {
  part_.restart();
  in_part_ = true;
}

void StatsBudget::end_part() {
  part_seconds_ = elapsed();
  in_part_ = false;
}

bool StatsBudget::take() {
  const bool in_turn = batches_++ % every_ == 0;
  if (!in_turn || !within_budget()) return false;
  ++records_;
  last_cost_ = 0;
  return true;
}

bool StatsBudget::within_budget() const {
  if (share_ == 0 || records_ == 0) return true;
  // The first record also fills caches and allocates memory, so its cost does not predict the next
  // one.
  const double expected = records_ > 1 ? last_cost_ : 0;
  return cost_ + expected <= share_ * (elapsed() - cost_);
}

void StatsBudget::spend(double seconds) {
  cost_ += seconds;
  last_cost_ += seconds;
}

double StatsBudget::overhead() const {
  const double rest = elapsed() - cost_;
  return rest > 0 ? cost_ / rest : 0;
}

void StatsBudget::save_state(CallbackState& state) const {
  state.integers["batches"] = batches_;
  state.integers["records"] = records_;
  state.numbers["cost"] = cost_;
  state.numbers["last_cost"] = last_cost_;
  state.numbers["part_seconds"] = elapsed();
}

void StatsBudget::load_state(const CallbackState& state) {
  batches_ = state.integer("batches");
  records_ = state.integer("records");
  cost_ = state.number("cost");
  const auto last_cost = state.numbers.find("last_cost");  // not in checkpoints of lehr's earlier versions
  last_cost_ = last_cost == state.numbers.end() ? 0 : last_cost->second;
  part_seconds_ = state.number("part_seconds");
}

}  // namespace lehr
