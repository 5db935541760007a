#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/data/data.hpp"

namespace lehr::data {

/// Ways to name data on the command line: "mnist" of "mnist:DIR"; the function gets what follows the colon,
/// or nothing where there is no colon.
struct Scheme {
  std::function<DataSplits(std::optional<std::string_view> rest, std::uint64_t seed)> open;
  bool takes_path = false;  ///< what follows the colon is a path
};
struct SchemeRegistry {
  std::map<std::string, Scheme> schemes;
};

/// Written by the build from the files of schemes/.
void register_all_schemes(SchemeRegistry& registry);

}  // namespace lehr::data
