#pragma once

#include <string>

#include "lehr/study/comparison.hpp"
#include "lehr/study/verdict.hpp"

namespace lehr::study {

/// A number with a fixed count of decimals and a real minus sign; never "−0.00". Very large ones have an
/// exponent.
std::string fixed_text(double number, int decimals);

/// "0.004"; "<0.0001".
std::string p_text(double p);

/// Throws BadInput unless the rule can be used with numbers of this scale.
void check_rule(const VerdictRule& rule, Scale scale);

/// Effects as sentences show them. They come on the scale of the comparison: differences, or logarithms of
/// ratios.
class EffectText {
 public:
  EffectText(Scale scale, NumberStyle style) : scale_(scale), style_(std::move(style)) {}

  std::string number(double effect) const;   ///< "0.70"; "1.33"
  std::string amount(double effect) const;   ///< "0.70 points"; "a factor of 1.33"
  std::string smallest(double given) const;  ///< "0.2 points"; "a factor of 1.05", as the caller gave it
  std::string range(const Interval& interval) const;       ///< "0.31 to 1.09"
  std::string range_unit(const Interval& interval) const;  ///< "0.31 to 1.09 points"
  std::string zero() const { return scale_ == Scale::ratio ? "1" : "zero"; }
  /// "double minus keep"; "double over keep"
  std::string subject(const Comparison& comparison) const;

 private:
  std::string with_unit(const std::string& text) const;

  Scale scale_;
  NumberStyle style_;
};

/// "; 2 seeds ran for one of them only; double diverged in 2 of 10 seeds and keep in none", or "".
std::string left_out_text(const Comparison& comparison);

/// ", p = 0.012 after Holm for 6 comparisons", or "" for a comparison on its own.
std::string family_text(const Comparison& comparison);

}  // namespace lehr::study
