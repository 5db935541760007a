#include "lehr/core/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace lehr {
namespace {

/// Converts a finite number. The buffer is large enough for any double in any of the formats below.
template <class Number, class... Format>
std::string converted(Number number, Format... format) {
  std::array<char, 400> text{};
  const std::to_chars_result result =
      std::to_chars(text.data(), text.data() + text.size(), number, format...);
  return {text.data(), result.ptr};
}

std::string not_finite(double number) {
  if (std::isnan(number)) return "nan";
  return number > 0 ? "inf" : "-inf";
}

std::string fixed(double number, int decimals) {
  return converted(number, std::chars_format::fixed, decimals);
}

bool ends_with_any(std::string_view noun, std::initializer_list<std::string_view> ends) {
  for (const std::string_view end : ends) {
    if (noun.ends_with(end)) return true;
  }
  return false;
}

}  // namespace

std::string number_text(double number) {
  return std::isfinite(number) ? converted(number) : not_finite(number);
}

std::string number_text(float number) {
  return std::isfinite(number) ? converted(number) : not_finite(number);
}

std::string loss_text(double value) {
  if (!std::isfinite(value)) return not_finite(value);
  const double size = std::abs(value);
  constexpr double min_fixed = 0.001;
  constexpr double min_scientific = 1e5;
  if (size != 0 && (size < min_fixed || size >= min_scientific)) {
    return converted(value, std::chars_format::scientific, 3);
  }
  return fixed(value, 4);
}

std::string percent_text(double share, int decimals) {
  if (!std::isfinite(share)) return not_finite(share);
  const double percent = 100 * share;
  const double step = std::pow(10.0, -decimals);
  if (percent < 0) return "−" + percent_text(-share, decimals);
  if (percent > 0 && percent < step / 2) return std::string("<").append(fixed(step, decimals)).append(" %");
  if (percent < 100 && percent >= 100 - step / 2) return fixed(100 - step, decimals) + " %";
  return fixed(percent, decimals) + " %";
}

std::string plural(std::string_view noun) {
  const bool hissing = ends_with_any(noun, {"s", "x", "ch", "sh"}) && !noun.ends_with("epoch");
  if (hissing) return std::string(noun) + "es";
  if (noun.ends_with('y') && !ends_with_any(noun, {"ay", "ey", "oy", "uy"})) {
    return std::string(noun.substr(0, noun.size() - 1)) + "ies";
  }
  return std::string(noun) + "s";
}

}  // namespace lehr
