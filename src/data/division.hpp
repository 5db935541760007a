#pragma once

#include "lehr/data/data.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::data {

/// Throws BadInput if a share is out of range or the group is not a regular expression.
void check_request(const DataRequest& request);

/// Gives the data the sets that it lacks, as open_data() describes, and a warning for each set that lacks
/// classes. Throws BadInput if a set that the request asks for is there already, or would be empty.
DataSplits divided(DataSplits data, const DataRequest& request);

}  // namespace lehr::data
