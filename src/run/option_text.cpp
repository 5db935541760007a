#include "lehr/run/option_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

template <class Number>
bool read_all(std::string_view text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size();
}

std::string described(const IntegerRange& range) {
  if (range.most == std::numeric_limits<std::int64_t>::max()) {
    return fmt::format("a whole number of at least {}", range.least);
  }
  return fmt::format("a whole number between {} and {}", range.least, range.most);
}

std::string described(const RealRange& range) {
  if (std::isinf(range.below)) return fmt::format("a finite number of at least {}", range.least);
  return fmt::format("a number of at least {} and below {}", range.least, range.below);
}

}  // namespace

std::int64_t parse_integer(std::string_view option, std::string_view text, const IntegerRange& range) {
  std::int64_t number = 0;
  if (!read_all(text, number) || number < range.least || number > range.most) {
    refuse_value(option, described(range), text);
  }
  return number;
}

std::uint64_t parse_seed(std::string_view option, std::string_view text) {
  std::uint64_t seed = 0;
  if (!read_all(text, seed)) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    refuse_value(option, fmt::format("a whole number between 0 and {}", most), text);
  }
  return seed;
}

double parse_real(std::string_view option, std::string_view text, const RealRange& range) {
  double number = 0;
  if (!read_all(text, number) || !std::isfinite(number) || number < range.least || number >= range.below) {
    refuse_value(option, described(range), text);
  }
  return number;
}

std::vector<std::int64_t> parse_integers(std::string_view option, std::string_view text,
                                         const IntegerRange& range) {
  std::vector<std::int64_t> numbers;
  for (const std::string& part : split_list(text)) numbers.push_back(parse_integer(option, part, range));
  return numbers;
}

std::vector<double> parse_reals(std::string_view option, std::string_view text, const RealRange& range) {
  std::vector<double> numbers;
  for (const std::string& part : split_list(text)) numbers.push_back(parse_real(option, part, range));
  return numbers;
}

std::string parse_name(std::string_view option, std::string_view text, std::string_view what) {
  if (text.empty()) throw BadInput(fmt::format("{} needs {}, found an empty text", option, what));
  return std::string(text);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  parts.emplace_back(text);
  return parts;
}

void refuse_value(std::string_view option, std::string_view expected, std::string_view text) {
  throw BadInput(fmt::format("{} takes {}, found \"{}\"", option, expected, printable(text, 80)));
}

}  // namespace lehr
