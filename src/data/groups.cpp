#include "data/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <tuple>
#include <unordered_map>

#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

std::regex compiled(const std::string& group) {
  try {
    return std::regex(group, std::regex::ECMAScript | std::regex::optimize);
  } catch (const std::regex_error& error) {
    throw BadInput(fmt::format("--group is no regular expression: {} in {}", error.what(), in_quotes(group)));
  }
}

/// The text that names a sample's group. std::regex needs stack for each byte of a name.
std::string text_of_group(const std::regex& group, const std::string& name) {
  constexpr std::size_t longest = 4096;
  if (name.size() > longest) {
    throw BadInput(fmt::format("--group takes paths of at most {} bytes, found one of {}: {}", longest,
                               name.size(), in_quotes(printable(name, 60))));
  }
  std::smatch match;
  if (!std::regex_search(name, match, group)) {
    throw BadInput(
        fmt::format("--group finds nothing in {}; expected an expression that names the group of each "
                    "picture",
                    in_quotes(std::filesystem::path(name))));
  }
  return match.size() > 1 && match[1].matched ? match[1].str() : match[0].str();
}

std::uint64_t random_order(std::uint64_t seed, std::uint64_t hash) {
  Rng rng(seed, Purpose::division, hash, hash >> 32U);
  const std::uint64_t high = rng.next();
  return high << 32U | rng.next();
}

std::uint64_t hash_of(std::string_view text) {
  Hash hash;
  hash.add(text);
  return hash.value();
}

/// Samples on their own. Sets without names are drawn by number.
void add_single_samples(const Dataset& dataset, std::uint64_t seed, std::vector<GroupMember>& members) {
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const std::string name = dataset.name(i);
    const std::uint64_t hash = name.empty() ? static_cast<std::uint64_t>(i) : hash_of(name);
    members.push_back(
        {random_order(seed, hash), static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i)});
  }
}

void add_groups(const Dataset& dataset, const DataRequest& request, std::vector<GroupMember>& members) {
  const std::regex group = compiled(request.group);
  std::unordered_map<std::string, GroupMember> known;
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const auto sample = static_cast<std::uint32_t>(i);
    const std::string text = text_of_group(group, dataset.name(i));
    GroupMember member{random_order(request.seed, hash_of(text)), sample, sample};
    member.group = known.try_emplace(text, member).first->second.group;
    members.push_back(member);
  }
}

}  // namespace

void check_group(const std::string& group) { compiled(group); }

std::vector<GroupMember> grouped_samples(const Dataset& dataset, const DataRequest& request) {
  std::vector<GroupMember> members;
  members.reserve(static_cast<std::size_t>(dataset.size()));
  if (request.group.empty()) {
    add_single_samples(dataset, request.seed, members);
  } else {
    add_groups(dataset, request, members);
  }
  std::sort(members.begin(), members.end(), [](const GroupMember& a, const GroupMember& b) {
    return std::tie(a.order, a.group, a.sample) < std::tie(b.order, b.group, b.sample);
  });
  return members;
}

}  // namespace lehr::data
