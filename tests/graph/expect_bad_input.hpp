#pragma once

#include <gtest/gtest.h>

#include <string>

#include "lehr/core/error.hpp"

namespace lehr::test {

/// Runs `work`, which must throw BadInput, and returns the message.
template <class Work>
std::string bad_input(Work&& work) {
  try {
    work();
  } catch (const BadInput& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "not BadInput: " << error.what();
    return "";
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace lehr::test
