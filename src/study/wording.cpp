#include "study/wording.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::study {
namespace {

constexpr int most_decimals = 12;
constexpr int most_added_decimals = 5;

template <class... Format>
std::string converted(double size, Format... format) {
  std::array<char, 400> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), size, format...).ptr};
}

bool shows_zero(const std::string& text) { return text.find_first_not_of("−0.") == std::string::npos; }

/// With a minus sign if the number is negative and the text of its size does not show zero.
std::string signed_text(double number, const std::string& size) {
  return number < 0 && !shows_zero(size) ? "−" + size : size;
}

/// How many decimals show the number's distance from what a sentence calls no effect: the style's, or two
/// digits of a smaller distance.
int decimals_for(double distance, int decimals) {
  const double size = std::abs(distance);
  if (size == 0 || !shows_zero(fixed_text(size, decimals))) return decimals;
  return static_cast<int>(std::min<double>(decimals + most_added_decimals, 1 - std::floor(std::log10(size))));
}

std::string times_text(std::int64_t count) { return count == 0 ? "none" : std::to_string(count); }

/// "; double diverged in 2 of 10 seeds and keep in none", or "" if neither did.
std::string failures_text(const Comparison& names, const std::string& verb, const Rate& a, const Rate& b) {
  if (a.count == 0 && b.count == 0) return "";
  const bool b_first = b.count >= a.count;
  const Rate& first = b_first ? b : a;
  const Rate& second = b_first ? a : b;
  return "; " + shown_name(b_first ? names.b : names.a) + " " + verb + " in " + std::to_string(first.count) +
         " of " + counted(first.of, "seed") + " and " + shown_name(b_first ? names.a : names.b) + " in " +
         times_text(second.count);
}

}  // namespace

std::string shown_name(const std::string& variant) {
  const std::string name = printable(variant);
  const bool unclear = name.find(',') != std::string::npos || name.starts_with("no ");
  return unclear ? "“" + name + "”" : name;
}

std::string fixed_text(double number, int decimals) {
  constexpr double large = 1e9;
  const double size = std::abs(number);
  return signed_text(number, size < large ? converted(size, std::chars_format::fixed, decimals)
                                          : converted(size, std::chars_format::general, 6));
}

std::string p_text(double p) {
  constexpr double smallest = 0.0001;
  if (p < smallest) return "<0.0001";
  constexpr int significant = 2;
  return converted(p, std::chars_format::general, significant);
}

void check_rule(const VerdictRule& rule, Scale scale) {
  if (rule.smallest_effect) {
    const double given = *rule.smallest_effect;
    const double none = scale == Scale::ratio ? 1 : 0;
    if (!std::isfinite(given) || given <= none) {
      throw BadInput("the smallest effect worth naming must be finite and above " + number_text(none) +
                     " for a " + (scale == Scale::ratio ? "ratio" : "difference") + ", found " +
                     number_text(given));
    }
  }
  const NumberStyle& style = rule.style;
  if (!std::isfinite(style.factor) || style.factor <= 0) {
    throw BadInput("the factor of shown numbers must be finite and above 0, found " +
                   number_text(style.factor));
  }
  if (style.decimals < 0 || style.decimals > most_decimals) {
    throw BadInput("numbers are shown with 0 to 12 decimals, found " + std::to_string(style.decimals));
  }
}

std::string EffectText::with_unit(const std::string& text) const {
  const bool bare = scale_ == Scale::ratio || style_.unit.empty();
  return bare ? text : text + " " + printable(style_.unit);
}

std::string EffectText::number(double effect) const {
  const double shown = scale_ == Scale::ratio ? std::exp(effect) : effect * style_.factor;
  const double distance = scale_ == Scale::ratio ? std::expm1(effect) : shown;
  const std::string text = fixed_text(shown, decimals_for(distance, style_.decimals));
  if (distance == 0 || !shows_zero(fixed_text(distance, style_.decimals + most_added_decimals)) ||
      scale_ == Scale::ratio) {
    return text;
  }
  return signed_text(shown, converted(std::abs(shown), std::chars_format::general, 2));
}

std::string EffectText::amount(double effect) const {
  return (scale_ == Scale::ratio ? "a factor of " : "") + with_unit(number(effect));
}

std::string EffectText::smallest(double given) const {
  constexpr int significant = 6;  // hides the rounding of 0.0021 * 100
  if (scale_ == Scale::ratio)
    return "a factor of " + converted(given, std::chars_format::general, significant);
  return with_unit(converted(given * style_.factor, std::chars_format::general, significant));
}

std::string EffectText::range(const Interval& interval) const {
  return number(interval.low) + " to " + number(interval.high);
}

std::string EffectText::range_unit(const Interval& interval) const { return with_unit(range(interval)); }

std::string EffectText::subject(const Comparison& comparison) const {
  return shown_name(comparison.b) + (scale_ == Scale::ratio ? " over " : " minus ") +
         shown_name(comparison.a);
}

std::string left_out_text(const Comparison& comparison) {
  std::string text;
  if (comparison.missing > 0) text = "; " + counted(comparison.missing, "seed") + " ran for only one of them";
  return text + failures_text(comparison, "collapsed", comparison.collapsed_a, comparison.collapsed_b) +
         failures_text(comparison, "diverged", comparison.diverged_a, comparison.diverged_b);
}

std::string family_text(const Comparison& comparison) {
  if (comparison.family < 2) return "";
  const std::string p = p_text(comparison.p_adjusted);
  return ", p " + (p.front() == '<' ? "< " + p.substr(1) : "= " + p) + " after Holm for " +
         counted(comparison.family, "comparison");
}

}  // namespace lehr::study
