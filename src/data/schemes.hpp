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
struct SchemeRegistry {
  using Open = std::function<DataSplits(std::optional<std::string_view> rest, std::uint64_t seed)>;
  std::map<std::string, Open> schemes;
};

/// Written by the build from the files of schemes/.
void register_all_schemes(SchemeRegistry& registry);

}  // namespace lehr::data
