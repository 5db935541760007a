#pragma once

#include "lehr/store/run_records.hpp"
#include "store/process_mark.hpp"

namespace lehr::store {

/// What a stored status means now: a run whose process is gone, or from another machine and silent for a
/// minute, is interrupted.
RunStatus status_now(RunStatus stored, const ProcessMark& mark, double heartbeat);

}  // namespace lehr::store
