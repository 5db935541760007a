#pragma once

namespace lehr {

using ClockSource = double (*)();

/// Replaces the clock of clock_seconds() in the whole process. Null restores the system's clock.
/// Returns the previous source. Tests use it, so that their results do not depend on the speed of
/// the machine.
ClockSource replace_clock(ClockSource source);

}  // namespace lehr
