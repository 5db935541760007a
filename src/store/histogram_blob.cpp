#include "store/histogram_blob.hpp"

#include <algorithm>

#include "lehr/core/error.hpp"

namespace lehr::store {
namespace {

void put(std::string& bytes, std::uint64_t value) {
  for (; value >= 128; value >>= 7) bytes += static_cast<char>((value & 127) | 128);
  bytes += static_cast<char>(value);
}

std::uint64_t take(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 127U} << shift;
    if (byte < 128) return value;
  }
  throw BadInput("a histogram in the run store is cut or damaged");
}

}  // namespace

std::string pack_counts(std::span<const std::uint64_t> counts) {
  std::string bytes;
  for (std::size_t i = 0; i < counts.size();) {
    put(bytes, counts[i]);
    if (counts[i] != 0) {
      ++i;
      continue;
    }
    const auto end = std::find_if(counts.begin() + static_cast<std::ptrdiff_t>(i), counts.end(),
                                  [](std::uint64_t count) { return count != 0; });
    const auto zeros = static_cast<std::size_t>(end - counts.begin()) - i;
    put(bytes, zeros);
    i += zeros;
  }
  return bytes;
}

std::vector<std::uint64_t> unpack_counts(std::string_view bytes) {
  constexpr std::size_t most = 4096;  // far more than any histogram has
  std::vector<std::uint64_t> counts;
  while (!bytes.empty()) {
    const std::uint64_t count = take(bytes);
    const std::uint64_t often = count == 0 ? take(bytes) : 1;
    if (often == 0 || often > most - counts.size()) throw BadInput("a histogram in the run store is damaged");
    counts.insert(counts.end(), often, count);
  }
  return counts;
}

void unpack_counts(std::string_view bytes, std::span<std::uint64_t> counts) {
  const std::vector<std::uint64_t> all = unpack_counts(bytes);
  if (all.size() != counts.size()) {
    throw BadInput("a histogram in the run store has " + std::to_string(all.size()) + " bins, expected " +
                   std::to_string(counts.size()));
  }
  std::ranges::copy(all, counts.begin());
}

}  // namespace lehr::store
