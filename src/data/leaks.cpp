#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/info.hpp"

namespace lehr::data {
namespace {

/// A cheap checksum of a sample: of its file, or of its pixels if they are in memory. 0 if there is none.
std::uint64_t cheap_checksum(const Dataset& set, std::int64_t sample, Image& room) {
  try {
    if (const std::uint64_t of_file = set.fingerprint(sample)) return of_file;
    if (!set.in_memory()) return 0;
    set.read(sample, room);
  } catch (const Error&) {  // reading it says why, if the training does
    return 0;
  }
  Hash hash;
  for (const std::int64_t number : {room.width, room.height, room.channels})
    hash.add_number(static_cast<std::uint64_t>(number));
  hash.add_numbers(std::span<const std::uint8_t>(room.pixels));
  return hash.value();
}

std::vector<std::uint64_t> cheap_checksums(const Dataset& set) {
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(set.size()));
  parallel_for(set.size(), 64, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    Image room;
    for (std::int64_t i = begin; i < end; ++i)
      sums[static_cast<std::size_t>(i)] = cheap_checksum(set, i, room);
  });
  return sums;
}

/// Whether two samples with one checksum are equal: files byte by byte. Pixels were compared as a whole.
bool same_file(const Dataset& a, std::int64_t in_a, const Dataset& b, std::int64_t in_b) {
  try {
    std::vector<std::uint8_t> room_a, room_b;
    const std::span<const std::uint8_t> bytes_a = a.file_bytes(in_a, room_a);
    const std::span<const std::uint8_t> bytes_b = b.file_bytes(in_b, room_b);
    return std::equal(bytes_a.begin(), bytes_a.end(), bytes_b.begin(), bytes_b.end());
  } catch (const Error&) {
    return false;
  }
}

std::string quoted_name(const Dataset& set, std::int64_t sample) {
  const std::string origin = set.origin(sample);
  return origin.empty() ? "sample " + std::to_string(sample) : in_quotes(std::filesystem::path(origin));
}

/// Compares sets with the training set.
class Leaks {
 public:
  explicit Leaks(const Dataset& train) : train_(train) {
    const std::vector<std::uint64_t> sums = cheap_checksums(train);
    firsts_.reserve(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (sums[i] != 0) firsts_.try_emplace(sums[i], static_cast<std::int64_t>(i));
    }
  }

  std::optional<std::string> warning(const Dataset& set, std::string_view what) const {
    const std::vector<std::uint64_t> sums = cheap_checksums(set);
    std::int64_t count = 0;
    std::string example;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const auto found = firsts_.find(sums[i]);
      const auto sample = static_cast<std::int64_t>(i);
      if (sums[i] == 0 || found == firsts_.end()) continue;
      if (!same_file(set, sample, train_, found->second)) continue;
      if (count++ == 0) {
        example =
            fmt::format("{}, which equals {}", quoted_name(set, sample), quoted_name(train_, found->second));
      }
    }
    if (count == 0) return {};
    return fmt::format("{} of the {} set {} in the training set too, such as {}; lehr data info shows all",
                       counted(count, "picture"), what, count == 1 ? "is" : "are", example);
  }

 private:
  const Dataset& train_;
  std::unordered_map<std::uint64_t, std::int64_t> firsts_;
};

}  // namespace

std::vector<std::string> leak_warnings(const DataSplits& data) {
  std::vector<std::string> warnings;
  if (!data.train) return warnings;
  const bool own_test = data.test && data.test != data.valid;
  if (!data.valid && !own_test) return warnings;
  const Leaks leaks(*data.train);
  if (data.valid) {
    if (auto warning = leaks.warning(*data.valid, "validation")) warnings.push_back(*std::move(warning));
  }
  if (own_test) {
    if (auto warning = leaks.warning(*data.test, "test")) warnings.push_back(*std::move(warning));
  }
  return warnings;
}

}  // namespace lehr::data
