#pragma once

namespace lehr::test {

/// Whether a too large allocation throws std::bad_alloc. Sanitizers end the process instead.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool huge_allocations_throw = false;
#else
inline constexpr bool huge_allocations_throw = true;
#endif

}  // namespace lehr::test
