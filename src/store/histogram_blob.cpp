#include "store/histogram_blob.hpp"

#include <algorithm>
#include <array>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::store {
namespace {

/// The counts of the bins, followed by the count beyond them.
using MagnitudeCounts = std::array<std::uint64_t, MagnitudeHistogram::bins + 1>;

bool is_made(std::span<const std::uint64_t> counts) {
  return std::ranges::any_of(counts, [](std::uint64_t count) { return count != 0; });
}

constexpr std::size_t longest = 10;  // maximum bytes of one number

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
  throw BadInput("a recorded histogram is cut or damaged");
}

}  // namespace

// Encodes in blocks on the stack, because appending each byte would be several times slower.
void pack_counts(std::span<const std::uint64_t> counts, std::string& bytes) {
  constexpr std::size_t at_once = 64;
  std::array<char, 2 * longest * at_once>
      room;  // NOLINT(cppcoreguidelines-pro-type-member-init): written below
  for (std::size_t i = 0; i < counts.size();) {
    char* to = room.data();
    for (std::size_t packed = 0; packed < at_once && i < counts.size(); ++packed) {
      to = put(to, counts[i]);
      if (counts[i] != 0) {
        ++i;
        continue;
      }
      const std::size_t first = i;
      while (i < counts.size() && counts[i] == 0) ++i;
      to = put(to, i - first);
    }
    bytes.append(room.data(), static_cast<std::size_t>(to - room.data()));
  }
}

std::vector<std::uint64_t> unpack_counts(std::string_view bytes) {
  constexpr std::size_t most = 1U << 20U;  // far more than any histogram or layer has
  std::vector<std::uint64_t> counts;
  while (!bytes.empty()) {
    const std::uint64_t count = take(bytes);
    const std::uint64_t often = count == 0 ? take(bytes) : 1;
    if (often == 0 || often > most - counts.size()) throw BadInput("a recorded histogram is damaged");
    counts.insert(counts.end(), often, count);
  }
  return counts;
}

void unpack_counts(std::string_view bytes, std::span<std::uint64_t> counts) {
  const std::vector<std::uint64_t> all = unpack_counts(bytes);
  if (all.size() != counts.size()) {
    throw BadInput("a recorded histogram has " + counted(all.size(), "bin") + ", expected " +
                   std::to_string(counts.size()));
  }
  std::ranges::copy(all, counts.begin());
}

HistogramPlaces pack_histograms(const TensorStats& stats, std::string& bytes) {
  HistogramPlaces places{bytes.size()};
  MagnitudeCounts magnitudes{};
  std::ranges::copy(stats.magnitudes.counts, magnitudes.begin());
  magnitudes.back() = stats.magnitudes.beyond;
  if (is_made(magnitudes)) pack_counts(magnitudes, bytes);
  places.values = bytes.size();
  if (is_made(stats.values.counts)) pack_counts(stats.values.counts, bytes);
  places.end = bytes.size();
  return places;
}

MagnitudeHistogram unpack_magnitudes(std::string_view bytes) {
  MagnitudeCounts counts{};
  unpack_counts(bytes, counts);
  MagnitudeHistogram histogram;
  std::copy_n(counts.begin(), MagnitudeHistogram::bins, histogram.counts.begin());
  histogram.beyond = counts.back();
  return histogram;
}

ChannelPlaces pack_channels(const ChannelStats& stats, std::string& bytes) {
  if (stats.empty()) return {};
  ChannelPlaces places{.channels = std::ssize(stats.counts), .values = stats.values};
  std::vector<std::uint64_t> run(stats.counts.size());
  for (std::size_t field = 0; field < std::size(channel_fields); ++field) {
    std::ranges::transform(stats.counts, run.begin(), [field](const ChannelCounts& counts) {
      return counts.*channel_fields[field].count;
    });
    places.begin[field] = bytes.size();
    pack_counts(run, bytes);
  }
  places.end = bytes.size();
  return places;
}

ChannelStats unpack_channels(std::string_view bytes, std::int64_t channels, std::int64_t values) {
  const std::vector<std::uint64_t> runs = unpack_counts(bytes);
  const auto count = static_cast<std::size_t>(channels);
  // A store of an older version has fewer fields.
  const bool whole = channels > 0 && values > 0 && runs.size() % count == 0 &&
                     runs.size() <= count * std::size(channel_fields);
  const auto fits = [values](std::uint64_t one) { return one <= static_cast<std::uint64_t>(values); };
  if (!whole || !std::ranges::all_of(runs, fits)) throw BadInput("recorded counts of channels are damaged");
  ChannelStats stats{.values = values, .counts = std::vector<ChannelCounts>(count)};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    stats.counts[i % count].*channel_fields[i / count].count = static_cast<std::uint32_t>(runs[i]);
  }
  return stats;
}

}  // namespace lehr::store
