#pragma once

#include <gtest/gtest.h>

#include <string>

namespace lehr::test {

/// The message of the exception that `run` throws, which must be a `Thrown`.
template <class Thrown, class Run>
std::string message_of(const Run& run) {
  try {
    run();
  } catch (const Thrown& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace lehr::test
