#include "lehr/data/settings.hpp"

#include <cmath>
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
          return "a list";
        }
      },
      value);
}

template <class T>
std::string expectation(const char* kind, const SettingRange<T>& range) {
  const bool least = range.least != std::numeric_limits<T>::lowest();
  const bool most = range.most != std::numeric_limits<T>::max();
  std::string text = kind;
  if (least && most) return text + " from " + number(range.least) + " to " + number(range.most);
  if (least) return text + " of at least " + number(range.least);
  if (most) return text + " of at most " + number(range.most);
  return text;
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

std::string Settings::text_or(const std::string& name, std::string_view otherwise) {
  if (!has(name)) return std::string(otherwise);
  try {
    return given_.text(name);
  } catch (const Error&) {
    refuse(name, "a text");
  }
}

void Settings::check_all_known() const {
  for (const auto& [name, value] : given_) {
    if (known_.contains(name)) continue;
    const std::vector<std::string> valid(known_.begin(), known_.end());
    throw unknown_name("setting of " + owner_, printable(name), valid);
  }
}

}  // namespace lehr
