#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {

/// The integer in a JSON value. Throws BadInput with `name` if the value is not an integer or does not fit
/// the type. (json::get converts any number without a check.)
template <std::integral Integer>
Integer integer_of(const nlohmann::json& value, const std::string& name) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (std::in_range<Integer>(number)) return static_cast<Integer>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (std::in_range<Integer>(number)) return static_cast<Integer>(number);
  }
  using Limits = std::numeric_limits<Integer>;
  const auto replace = nlohmann::json::error_handler_t::replace;
  throw BadInput(fmt::format("{} should be an integer from {} to {}, found {}", in_quotes(name),
                             Limits::min(), Limits::max(), printable(value.dump(-1, ' ', false, replace))));
}

/// The integer with that name in a JSON object.
template <std::integral Integer>
Integer integer_at(const nlohmann::json& object, const std::string& name) {
  return integer_of<Integer>(object.at(name), name);
}

}  // namespace lehr
