#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/data/dataset.hpp"

namespace lehr {

/// A way to name data on the command line: "mnist" of "mnist:DIR".
struct DataScheme {
  /// Opens the training and the validation set. rest: what follows the colon, or nothing if there is no
  /// colon. seed: decides generated pictures alone. Throws BadInput for a text that the user got wrong.
  std::function<DataSplits(std::optional<std::string_view> rest, std::uint64_t seed)> open;
  bool takes_path = false;  ///< what follows the colon is a path; runs keep it as an absolute one
};

/// Adds a scheme to those that data::open_data knows. Throws BadInput if the name is taken or is no name. May
/// be called from any thread.
void register_data_scheme(const std::string& name, DataScheme scheme);

}  // namespace lehr
