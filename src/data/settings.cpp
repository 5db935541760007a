#include "lehr/data/settings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

std::string number(std::int64_t value) { return std::to_string(value); }
std::string number(double value) { return number_text(value); }

std::string text_of(const Attribute& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, bool>) {
          return held ? "true" : "false";
        } else if constexpr (std::is_same_v<Held, std::string>) {
          return in_quotes(held);
        } else if constexpr (std::is_arithmetic_v<Held>) {
          return number(held);
        } else {
          std::string list;
          for (const auto one : held) list += (list.empty() ? "" : ", ") + number(one);
          return "[" + list + "]";
        }
      },
      value);
}

/// " from 0 to 1"
template <class T>
std::string between(const SettingRange<T>& range) {
  const bool least = range.least != std::numeric_limits<T>::lowest();
  const bool most = range.most != std::numeric_limits<T>::max();
  if (least && most) return " from " + number(range.least) + " to " + number(range.most);
  if (least) return " of at least " + number(range.least);
  if (most) return " of at most " + number(range.most);
  return {};
}

template <class T>
std::string expectation(const char* kind, const SettingRange<T>& range) {
  return kind + between(range);
}

/// The numbers of a list; empty if the setting is none.
std::vector<double> numbers_of(const Attributes& given, const std::string& name) {
  for (const auto& [key, value] : given) {
    if (key != name) continue;
    if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&value))
      return {whole->begin(), whole->end()};
    if (const auto* real = std::get_if<std::vector<double>>(&value)) return *real;
  }
  return {};
}

}  // namespace

bool Settings::has(const std::string& name) {
  known_.insert(name);
  return given_.contains(name);
}

void Settings::refuse(const std::string& name, const std::string& expected) const {
  std::string found = "nothing";
  for (const auto& [key, value] : given_) {
    if (key == name) found = text_of(value);
  }
  throw BadInput(owner_ + ": " + name + " must be " + expected + ", found " + found);
}

std::int64_t Settings::integer(const std::string& name, SettingRange<std::int64_t> range) {
  const std::string expected = expectation("an integer", range);
  if (!has(name)) refuse(name, expected);
  std::int64_t value = 0;
  try {
    value = given_.integer(name);
  } catch (const Error&) {
    refuse(name, expected);
  }
  if (value < range.least || value > range.most) refuse(name, expected);
  return value;
}

std::int64_t Settings::integer_or(const std::string& name, std::int64_t otherwise,
                                  SettingRange<std::int64_t> range) {
  return has(name) ? integer(name, range) : otherwise;
}

double Settings::real(const std::string& name, SettingRange<double> range) {
  const std::string expected = expectation("a number", range);
  if (!has(name)) refuse(name, expected);
  double value = 0;
  try {
    value = given_.real(name);
  } catch (const Error&) {
    refuse(name, expected);
  }
  if (!std::isfinite(value) || value < range.least || value > range.most) refuse(name, expected);
  return value;
}

double Settings::real_or(const std::string& name, double otherwise, SettingRange<double> range) {
  return has(name) ? real(name, range) : otherwise;
}

Span Settings::span_or(const std::string& name, Span otherwise, SettingRange<double> range) {
  if (!has(name)) return otherwise;
  const std::vector<double> found = numbers_of(given_, name);
  const bool fits =
      found.size() == 2 && found[0] <= found[1] && found[0] >= range.least && found[1] <= range.most;
  if (!fits) refuse(name, "two ascending numbers" + between(range));
  return {found[0], found[1]};
}

Span Settings::span_around(const std::string& name, double centre, double otherwise,
                           SettingRange<double> range) {
  if (has(name) && numbers_of(given_, name).size() > 1) return span_or(name, {}, range);
  const double x = real_or(name, otherwise, {0, std::max(range.most - centre, centre - range.least)});
  return {std::max(centre - x, range.least), std::min(centre + x, range.most)};
}

std::string Settings::text_or(const std::string& name, std::string_view otherwise) {
  if (!has(name)) return std::string(otherwise);
  try {
    return given_.text(name);
  } catch (const Error&) {
    refuse(name, "a text");
  }
}

std::string Settings::name_or(const std::string& name, std::string_view otherwise,
                              const std::vector<std::string>& names) {
  std::string found = text_or(name, otherwise);
  if (std::ranges::find(names, found) != names.end()) return found;
  throw BadInput(owner_ + ": " + unknown_name(name, printable(found), names).what());
}

void Settings::check_all_known() const {
  for (const auto& [name, value] : given_) {
    if (known_.contains(name)) continue;
    const std::vector<std::string> valid(known_.begin(), known_.end());
    throw unknown_name("setting of " + owner_, printable(name), valid);
  }
}

}  // namespace lehr
