#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
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

/// What a look at a part of each sample of a set gives.
struct QuickLook {
  /// Checksums of parts: of the files, or of the pixels if they are in memory. 0 if there is none.
  std::vector<std::uint64_t> sums{};
  std::int64_t unreadable = 0;
  std::int64_t first_unreadable = 0;
  std::string reason{};  ///< of the first one
};

std::uint64_t checksum_of_part(const Dataset& set, std::int64_t sample, Image& room) {
  constexpr std::uint64_t most_pixel_bytes = 256;  // half the time of a whole picture of MNIST
  if (const std::uint64_t of_file = set.fingerprint(sample)) return of_file;
  if (!set.in_memory()) return 0;
  set.read(sample, room);
  return fingerprint_of(room.pixels, most_pixel_bytes);
}

QuickLook quick_look(const Dataset& set) {
  QuickLook look{.sums = std::vector<std::uint64_t>(static_cast<std::size_t>(set.size()))};
  std::mutex mutex;  // protects what follows `sums`
  parallel_for(set.size(), 64, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    Image room;
    for (std::int64_t i = begin; i < end; ++i) {
      try {
        look.sums[static_cast<std::size_t>(i)] = checksum_of_part(set, i, room);
      } catch (const Error& error) {
        const std::lock_guard guard(mutex);
        if (look.unreadable++ > 0 && look.first_unreadable < i) continue;
        look.first_unreadable = i;
        look.reason = error.what();
      }
    }
  });
  return look;
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

std::string unreadable_warning(const QuickLook& look, std::string_view what) {
  return fmt::format(
      "{} of the {} set cannot be read, such as: {}; --skip-unreadable leaves out such pictures",
      counted(look.unreadable, "picture"), what, look.reason);
}

/// Training pictures by their checksums.
using Candidates = std::unordered_map<std::uint64_t, std::vector<std::int64_t>>;

/// The training pictures that have a checksum of the other set.
Candidates candidates_for(const QuickLook& other, const QuickLook& train) {
  // Unlike pictures can have one checksum, and the time must not grow with the square of their number.
  constexpr std::size_t most_of_a_sum = 8;
  const std::unordered_set<std::uint64_t> wanted(other.sums.begin(), other.sums.end());
  Candidates found;
  for (std::size_t i = 0; i < train.sums.size(); ++i) {
    if (train.sums[i] == 0 || !wanted.contains(train.sums[i])) continue;
    std::vector<std::int64_t>& of_sum = found[train.sums[i]];
    if (of_sum.size() < most_of_a_sum) of_sum.push_back(static_cast<std::int64_t>(i));
  }
  return found;
}

/// A sentence about the pictures of a set that equal training pictures; empty if there are none.
std::string leak_warning(const Dataset& set, const QuickLook& look, const Dataset& train,
                         const QuickLook& train_look, std::string_view what) {
  const Candidates candidates = candidates_for(look, train_look);
  std::int64_t count = 0;
  std::string example;
  for (std::size_t i = 0; i < look.sums.size(); ++i) {
    const auto found = candidates.find(look.sums[i]);
    if (found == candidates.end()) continue;
    const auto sample = static_cast<std::int64_t>(i);
    const auto equal_one = std::find_if(found->second.begin(), found->second.end(),
                                        [&](std::int64_t other) { return same(set, sample, train, other); });
    if (equal_one == found->second.end() || count++ > 0) continue;
    example = fmt::format("{}, which equals {}", quoted_name(set, sample), quoted_name(train, *equal_one));
  }
  if (count == 0) return {};
  return fmt::format("{} of the {} set {} in the training set too, such as {}; lehr data info shows all",
                     counted(count, "picture"), what, count == 1 ? "is" : "are", example);
}

}  // namespace

std::vector<std::string> quick_warnings(const DataSplits& data) {
  std::vector<std::string> warnings;
  if (!data.train) return warnings;
  const QuickLook train = quick_look(*data.train);
  if (train.unreadable > 0) warnings.push_back(unreadable_warning(train, "training"));
  const std::shared_ptr<const Dataset> own_test = data.test == data.valid ? nullptr : data.test;
  for (const auto& [set, what] : {std::pair{data.valid, "validation"}, {own_test, "test"}}) {
    if (!set) continue;
    const QuickLook look = quick_look(*set);
    if (look.unreadable > 0) warnings.push_back(unreadable_warning(look, what));
    std::string leaks = leak_warning(*set, look, *data.train, train, what);
    if (!leaks.empty()) warnings.push_back(std::move(leaks));
  }
  return warnings;
}

}  // namespace lehr::data
