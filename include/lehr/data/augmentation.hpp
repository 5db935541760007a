#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lehr/data/specs.hpp"

namespace lehr::data {

/// The transforms of an augmentation that lehr has ready: "none", "light", "photos" or "digits". Throws
/// BadInput with the names.
std::vector<TransformSpec> augmentation(std::string_view name);
/// In the order of their strength.
std::vector<std::string> augmentation_names();

}  // namespace lehr::data
