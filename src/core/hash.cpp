#include "lehr/core/hash.hpp"

#include <cstring>

namespace lehr {

void Hash::add_number(std::uint64_t number) {
  constexpr std::uint64_t prime = 0x100000001b3U;
  state_ = (state_ ^ number) * prime;
  state_ ^= state_ >> 29U;
}

void Hash::add(std::span<const std::byte> bytes) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  std::size_t at = 0;
  for (; at + word <= bytes.size(); at += word) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + at, word);
    add_number(number);
  }
  std::uint64_t rest = 0;
  if (at < bytes.size()) std::memcpy(&rest, bytes.data() + at, bytes.size() - at);
  add_number(rest);
  add_number(bytes.size());  // so that trailing zeros count
}

void Hash::add(std::string_view text) { add(std::as_bytes(std::span(text))); }

std::string Hash::text() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += digits[(state_ >> shift) & 0xfU];
  return text;
}

}  // namespace lehr
