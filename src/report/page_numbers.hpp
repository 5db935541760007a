#pragma once

#include <cstring>
#include <span>
#include <string>

#include "report/base64.hpp"

namespace lehr::report {

/// Numbers in the form that the page's scripts read: their bytes (little-endian) in base64.
template <class Number>
std::string encoded(std::span<const Number> numbers) {
  return base64({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
}
template <class Numbers>
std::string encoded(const Numbers& numbers) {
  return encoded(std::span(numbers));
}

}  // namespace lehr::report
