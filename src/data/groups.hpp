#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lehr/data/data.hpp"

namespace lehr::data {

/// A sample and the group to which it belongs.
struct GroupMember {
  std::uint64_t order = 0;  ///< random, the same for all members of a group
  std::uint32_t group = 0;  ///< the first sample of the group
  std::uint32_t sample = 0;
};

/// Throws BadInput if DataRequest::group is no regular expression.
void check_group(const std::string& group);

/// The samples of a set, sorted by `order` and group. The order of a group depends on the seed and on its
/// text alone: another picture in the set does not change it. Throws BadInput if the name of a sample does
/// not match DataRequest::group.
std::vector<GroupMember> grouped_samples(const Dataset& dataset, const DataRequest& request);

}  // namespace lehr::data
