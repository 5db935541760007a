#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// Reads values of options as users type them. Numbers are read in the same way in every locale.
/// Each function throws BadInput with the option, what it takes and what was found.
namespace lehr {

struct IntegerRange {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct RealRange {
  double least = 0;
  double below = std::numeric_limits<double>::infinity();
};

std::int64_t parse_integer(std::string_view option, std::string_view text, const IntegerRange& range);
/// Any unsigned 64-bit number.
std::uint64_t parse_seed(std::string_view option, std::string_view text);
double parse_real(std::string_view option, std::string_view text, const RealRange& range);
std::vector<std::int64_t> parse_integers(std::string_view option, std::string_view text,
                                         const IntegerRange& range);
std::vector<double> parse_reals(std::string_view option, std::string_view text, const RealRange& range);
/// The text itself. Throws BadInput if it is empty, for example from a shell variable that is not
/// set: "--csv needs a file name".
std::string parse_name(std::string_view option, std::string_view text, std::string_view what);
/// The parts between commas.
std::vector<std::string> split_list(std::string_view text);

/// Throws BadInput: "OPTION takes EXPECTED, found "TEXT"".
[[noreturn]] void refuse_value(std::string_view option, std::string_view expected, std::string_view text);

}  // namespace lehr
