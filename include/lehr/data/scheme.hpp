#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/data/dataset.hpp"
#include "lehr/image/read.hpp"

namespace lehr {

/// What a scheme opens.
struct SchemeRequest {
  std::optional<std::string_view> rest{};  ///< the text after the colon; nothing if there is no colon
  std::uint64_t seed = 0;                  ///< affects generated pictures alone
  std::int64_t most_pixels = image::usual_most_pixels;  ///< of a picture, as in image::ReadOptions
};

/// A way to name data on the command line: the "mnist" in "mnist:DIR".
struct DataScheme {
  /// Opens the sets of the data. Without a validation set, data::open_data makes one from the training set.
  /// Throws BadInput if the text is wrong.
  std::function<DataSplits(const SchemeRequest& request)> open;
  /// The text after the colon is a path. Runs record it as an absolute path.
  bool takes_path = false;
  /// The text after the colon is the name of other data. A path in it is recorded as an absolute one.
  bool takes_data = false;
};

/// Registers a scheme for data::open_data. Throws BadInput if the name is taken or not a valid
/// name. May be called from any thread.
void register_data_scheme(const std::string& name, DataScheme scheme);

}  // namespace lehr
