#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/data/dataset.hpp"

namespace lehr {

/// A way to name data on the command line: the "mnist" in "mnist:DIR".
struct DataScheme {
  /// Opens the sets of the data. Without a validation set, data::open_data makes one from the training set.
  /// rest: the text after the colon, or nothing if there is no colon. seed: only affects generated pictures.
  /// Throws BadInput if the text is wrong.
  std::function<DataSplits(std::optional<std::string_view> rest, std::uint64_t seed)> open;
  /// The text after the colon is a path. Runs record it as an absolute path.
  bool takes_path = false;
  /// The text after the colon is the name of other data. A path in it is recorded as an absolute one.
  bool takes_data = false;
};

/// Registers a scheme for data::open_data. Throws BadInput if the name is taken or not a valid
/// name. May be called from any thread.
void register_data_scheme(const std::string& name, DataScheme scheme);

}  // namespace lehr
