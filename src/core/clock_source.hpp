#pragma once

namespace lehr {

using ClockSource = double (*)();

/// Replaces the clock of clock_seconds() in the whole process; null restores the system's clock. Returns the
/// previous source. For tests, whose results must not depend on the speed of the machine.
ClockSource replace_clock(ClockSource source);

}  // namespace lehr
