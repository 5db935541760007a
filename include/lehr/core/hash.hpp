#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lehr {

/// A 64-bit checksum of a sequence of bytes. It detects damage and changes, but not deliberate forgery. The
/// algorithm is FNV-1a over words of eight bytes, with a shift after each word so that high bits affect low
/// bits.
class Hash {
 public:
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  /// Adds the numbers' bytes.
  template <class Number>
  void add_numbers(std::span<const Number> numbers) {
    add(std::as_bytes(numbers));
  }
  void add_number(std::uint64_t number);

  std::uint64_t value() const { return state_; }
  /// The value as sixteen hexadecimal digits.
  std::string text() const;

 private:
  std::uint64_t state_ = 0xcbf29ce484222325U;
};

}  // namespace lehr
