#include <algorithm>
#include <array>
#include <bit>
#include <unordered_map>
#include <utility>

#include "data/look.hpp"

namespace lehr::data {
namespace {

/// The first pictures of groups, found by their codes. A code has four parts of 16 bits. Two codes that
/// differ in at most seven bits have a part in which they differ in at most one.
class FirstLooks {
 public:
  explicit FirstLooks(std::span<const Look> looks) : looks_(looks) {
    for (auto& part : parts_) part.resize(std::size_t{1} << part_bits);
  }

  void add(std::uint32_t picture) {
    for (std::size_t part = 0; part < parts; ++part) {
      std::vector<First>& same = parts_[part][key(picture, part)];
      if (same.size() < most_same) same.push_back({looks_[picture].code, picture});
    }
  }

  /// The first one that is alike, or `picture` itself.
  std::uint32_t find(std::uint32_t picture) const {
    std::uint32_t found = picture;
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t whole = key(picture, part);
      look_through(picture, parts_[part][whole], found);
      for (std::size_t bit = 0; bit < part_bits; ++bit)
        look_through(picture, parts_[part][whole ^ std::size_t{1} << bit], found);
    }
    return found;
  }

 private:
  struct First {
    std::uint64_t code;
    std::uint32_t picture;
  };
  static constexpr std::size_t parts = 4;
  static constexpr std::size_t part_bits = 16;
  /// Of unlike pictures whose codes have one part in common. Later ones are found by the other parts alone,
  /// so that the time does not grow with the square of their number.
  static constexpr std::size_t most_same = 1024;
  static_assert(2 * parts > most_code_distance);

  std::size_t key(std::uint32_t picture, std::size_t part) const {
    return looks_[picture].code >> (part_bits * part) & ((std::size_t{1} << part_bits) - 1);
  }

  void look_through(std::uint32_t picture, const std::vector<First>& firsts, std::uint32_t& found) const {
    const std::uint64_t code = looks_[picture].code;
    for (const First& first : firsts) {
      if (first.picture >= found) return;  // they are in rising order
      if (std::popcount(code ^ first.code) > most_code_distance) continue;
      if (alike(looks_[first.picture], looks_[picture])) found = first.picture;
    }
  }

  std::span<const Look> looks_;
  std::array<std::vector<std::vector<First>>, parts> parts_;
};

/// Groups by the first picture of each picture, without groups of one.
LookGroups groups_of(const std::vector<std::uint32_t>& first_of) {
  std::vector<std::uint32_t> sizes(first_of.size());
  for (const std::uint32_t first : first_of) ++sizes[first];
  LookGroups groups;
  std::vector<std::uint32_t> group_of(first_of.size());
  for (std::uint32_t i = 0; i < first_of.size(); ++i) {
    if (sizes[first_of[i]] < 2) continue;
    if (first_of[i] == i) {
      group_of[i] = static_cast<std::uint32_t>(groups.size());
      groups.emplace_back();
    }
    groups[group_of[first_of[i]]].push_back(i);
  }
  return groups;
}

std::vector<std::uint32_t> each_alone(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  for (std::uint32_t i = 0; i < count; ++i) numbers[i] = i;
  return numbers;
}

}  // namespace

LookGroups equal_looks(std::span<const Look> looks) {
  std::vector<std::uint32_t> first_of = each_alone(looks.size());
  std::unordered_map<std::uint64_t, std::uint32_t> first;
  for (std::uint32_t i = 0; i < looks.size(); ++i) {
    if (!looks[i].readable) continue;
    const auto known = first.try_emplace(looks[i].content, i).first;
    if (equal(looks[known->second], looks[i])) first_of[i] = known->second;
  }
  return groups_of(first_of);
}

LookGroups alike_looks(std::span<const Look> looks, const LookGroups& equal_ones) {
  std::vector<std::uint32_t> first_of = each_alone(looks.size());
  for (const std::vector<std::uint32_t>& group : equal_ones) {
    for (const std::uint32_t picture : group) first_of[picture] = group.front();
  }
  const std::vector<std::uint32_t> first_equal = first_of;
  FirstLooks firsts(looks);
  for (std::uint32_t i = 0; i < looks.size(); ++i) {
    if (!looks[i].readable) continue;
    if (first_equal[i] != i) {
      first_of[i] = first_of[first_equal[i]];
      continue;
    }
    if (plain(looks[i])) continue;
    first_of[i] = firsts.find(i);
    if (first_of[i] == i) firsts.add(i);
  }
  LookGroups groups = groups_of(first_of);
  const auto all_equal = [&](const std::vector<std::uint32_t>& group) {
    return std::all_of(group.begin(), group.end(),
                       [&](std::uint32_t picture) { return first_equal[picture] == group.front(); });
  };
  groups.erase(std::remove_if(groups.begin(), groups.end(), all_equal), groups.end());
  return groups;
}

}  // namespace lehr::data
