#include "store/histogram_blob.hpp"

#include <algorithm>

#include "lehr/core/error.hpp"

namespace lehr::store {
namespace {

constexpr std::size_t longest = 10;  // bytes of one number

char* put(char* to, std::uint64_t value) {
  for (; value >= 128; value >>= 7) *to++ = static_cast<char>((value & 127) | 128);
  *to++ = static_cast<char>(value);
  return to;
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

// The room is made once: an append for each byte would cost several times as much.
void pack_counts(std::span<const std::uint64_t> counts, std::string& bytes) {
  const std::size_t before = bytes.size();
  bytes.resize(before + 2 * longest * counts.size());
  char* to = bytes.data() + before;
  for (std::size_t i = 0; i < counts.size();) {
    to = put(to, counts[i]);
    if (counts[i] != 0) {
      ++i;
      continue;
    }
    const std::size_t first = i;
    while (i < counts.size() && counts[i] == 0) ++i;
    to = put(to, i - first);
  }
  bytes.resize(static_cast<std::size_t>(to - bytes.data()));
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
