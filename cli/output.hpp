#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace lehr::cli {

/// One object on one line of stdout, at once. Numbers that are not finite become null.
void print_json(const nlohmann::ordered_json& object);

/// A word as a shell takes it: in single quotes if it needs them.
std::string shell_word(const std::string& text);

/// The message on one line: control characters escaped, cut where it is absurdly long.
std::string one_line(std::string_view message);

/// Text from the command line, short enough to quote.
std::string shortened(std::string_view text);

/// "31,250"
std::string grouped(std::int64_t count);

}  // namespace lehr::cli
