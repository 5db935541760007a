#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lehr::data {

/// The text in lower case, as far as the C library knows the letters. Bytes that are not UTF-8 stay.
std::string in_lower_case(std::string_view text);

/// Checks the classes of a training set: at least two, in UTF-8 without control characters, and different
/// also when upper and lower case are one. Throws BadInput that begins with `place`, the data in quotes.
void check_class_names(const std::string& place, std::span<const std::string> names);

}  // namespace lehr::data
