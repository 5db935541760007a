#pragma once

namespace lehr {

using ClockSource = double (*)();

/// Replaces the clock behind clock_seconds() in the whole process; null: the system's again. Returns the
/// source before. For tests, whose results must not depend on how fast the machine is.
ClockSource replace_clock(ClockSource source);

}  // namespace lehr
