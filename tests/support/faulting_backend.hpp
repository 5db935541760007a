#pragma once

#include "lehr/backend/backend.hpp"

namespace lehr::test {

/// The cpu backend with memory that only its kernels and its named calls can access. Any other read
/// or write gets SIGSEGV. Kernels see the same pages at other addresses.
///
/// Test programs that link tests/support/faulting_backend.cpp get this one from cpu_backend() if the
/// environment variable LEHR_TEST_BACKEND is "faulting".
const Backend& faulting_backend();

}  // namespace lehr::test
