#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lehr/callbacks/disk_guard.hpp"

namespace lehr::cli {

/// Prints an object on one line of stdout and flushes it. Numbers that are not finite become null.
void print_json(const nlohmann::ordered_json& object);

/// Returns a function that reports problems that do not end the command. Each sentence becomes a
/// line on stderr that begins with "lehr: " (it replaces a live progress line, if there is one).
/// With `json`, it also becomes a `warning` object on stdout.
OnFailure warnings(bool live, bool json);

/// The message on one line. Control characters are escaped, and an extremely long message is cut.
std::string one_line(std::string_view message);

/// Text from the command line, shortened for quoting.
std::string shortened(std::string_view text);

/// "31,250"
std::string grouped(std::int64_t count);
/// "1 image", "31,250 images"
std::string grouped(std::int64_t count, std::string_view noun);

}  // namespace lehr::cli
