#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diagnosis/layer_values.hpp"

/// What rules about the std of activations say.
namespace lehr::diagnosis {

/// Layers that are "too small" or "too large" at the start. `gain_is_wrong` says whether the run's own gain
/// of the initial weights explains it.
Finding finding_at_start(const Facts& facts, const std::vector<OfLayer>& found, const std::string& what,
                         bool gain_is_wrong);

/// The std of the first layer and of the last hidden one at the end of the training.
struct StdThroughDepth {
  OfLayer first;
  OfLayer last;
  double ratio = 1;  ///< last over first
};
/// Nothing for less than three layers.
std::optional<StdThroughDepth> std_through_depth(const Facts& facts);

/// `what`: "activations vanish: their std falls".
Finding finding_through_depth(const Facts& facts, const StdThroughDepth& stds, const std::string& what);

}  // namespace lehr::diagnosis
