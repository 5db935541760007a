#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "data/placed_file.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/info.hpp"

namespace lehr::data {
namespace {

/// A checksum of a part of a sample: of its file, or of its pixels if they are in memory. 0 if there is none.
std::uint64_t cheap_checksum(const Dataset& set, std::int64_t sample, Image& room) {
  constexpr std::uint64_t most_pixel_bytes = 256;  // half the time of a whole picture of MNIST
  try {
    if (const std::uint64_t of_file = set.fingerprint(sample)) return of_file;
    if (!set.in_memory()) return 0;
    set.read(sample, room);
    return fingerprint_of(room.pixels, most_pixel_bytes);
  } catch (const Error&) {  // reading it says why, if the training does
    return 0;
  }
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

/// Whether two samples are equal: all bytes of their files, or their pixels.
bool same(const Dataset& a, std::int64_t in_a, const Dataset& b, std::int64_t in_b) {
  try {
    std::vector<std::uint8_t> room_a, room_b;
    const std::span<const std::uint8_t> bytes_a = a.file_bytes(in_a, room_a);
    const std::span<const std::uint8_t> bytes_b = b.file_bytes(in_b, room_b);
    if (!bytes_a.empty() || !bytes_b.empty())
      return std::equal(bytes_a.begin(), bytes_a.end(), bytes_b.begin(), bytes_b.end());
    Image picture_a, picture_b;
    a.read(in_a, picture_a);
    b.read(in_b, picture_b);
    return picture_a == picture_b;
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
  explicit Leaks(const Dataset& train) : train_(train), sums_(cheap_checksums(train)) {}

  std::optional<std::string> warning(const Dataset& set, std::string_view what) const {
    const std::vector<std::uint64_t> sums = cheap_checksums(set);
    const Candidates candidates = candidates_for(sums);
    std::int64_t count = 0;
    std::string example;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const auto found = candidates.find(sums[i]);
      if (found == candidates.end()) continue;
      const auto sample = static_cast<std::int64_t>(i);
      const auto equal_one =
          std::find_if(found->second.begin(), found->second.end(),
                       [&](std::int64_t of_train) { return same(set, sample, train_, of_train); });
      if (equal_one == found->second.end() || count++ > 0) continue;
      example = fmt::format("{}, which equals {}", quoted_name(set, sample), quoted_name(train_, *equal_one));
    }
    if (count == 0) return {};
    return fmt::format("{} of the {} set {} in the training set too, such as {}; lehr data info shows all",
                       counted(count, "picture"), what, count == 1 ? "is" : "are", example);
  }

 private:
  /// Training pictures by their checksums.
  using Candidates = std::unordered_map<std::uint64_t, std::vector<std::int64_t>>;
  /// Of one checksum. Unlike pictures can have one checksum, and the time must not grow with their square.
  static constexpr std::size_t most_candidates = 8;

  Candidates candidates_for(const std::vector<std::uint64_t>& sums) const {
    const std::unordered_set<std::uint64_t> wanted(sums.begin(), sums.end());
    Candidates found;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      if (sums_[i] == 0 || !wanted.contains(sums_[i])) continue;
      std::vector<std::int64_t>& same_sum = found[sums_[i]];
      if (same_sum.size() < most_candidates) same_sum.push_back(static_cast<std::int64_t>(i));
    }
    return found;
  }

  const Dataset& train_;
  std::vector<std::uint64_t> sums_;
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
