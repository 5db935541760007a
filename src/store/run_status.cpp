#include "store/run_status.hpp"

#include "store/run_tables.hpp"

namespace lehr::store {

RunStatus status_now(RunStatus stored, const ProcessMark& mark, double heartbeat) {
  constexpr double longest_silence = 60;  // seconds
  if (stored != RunStatus::running) return stored;
  const Alive state = alive(mark);
  const bool gone = state == Alive::no || (state == Alive::unknown && now() - heartbeat > longest_silence);
  return gone ? RunStatus::interrupted : RunStatus::running;
}

}  // namespace lehr::store
