#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lehr/callbacks/disk_guard.hpp"

namespace lehr::cli {

/// One object on one line of stdout, at once. Numbers that are not finite become null.
void print_json(const nlohmann::ordered_json& object);

/// Takes sentences about what went wrong without ending the command: each is a line on stderr that begins
/// with "lehr: " (in place of a live progress line, if there is one), and with `json` also a `warning` object
/// on stdout.
OnFailure warnings(bool live, bool json);

/// The message on one line: control characters escaped, cut where it is absurdly long.
std::string one_line(std::string_view message);

/// Text from the command line, short enough to quote.
std::string shortened(std::string_view text);

/// "31,250"
std::string grouped(std::int64_t count);
/// "1 image", "31,250 images"
std::string grouped(std::int64_t count, std::string_view noun);

}  // namespace lehr::cli
