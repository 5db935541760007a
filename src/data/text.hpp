#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lehr::data {

/// Text of the user's for an error message: in quotes, control characters escaped, cut after 100 bytes.
std::string quoted(std::string_view text);
/// A path for an error message: in quotes, control characters escaped.
std::string quoted(const std::filesystem::path& path);

/// The system's words for an errno value: "No space left on device".
std::string reason_of(int error_number);

}  // namespace lehr::data
