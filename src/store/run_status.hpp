#pragma once

#include "lehr/store/run_records.hpp"
#include "store/process_mark.hpp"

namespace lehr::store {

/// The current meaning of a stored status. A running run is interrupted if its process no longer exists, or
/// if it is on another machine and has been silent for a minute.
RunStatus status_now(RunStatus stored, const ProcessMark& mark, double heartbeat);

}  // namespace lehr::store
