#pragma once

#include <optional>
#include <string>

#include "lehr/study/comparison.hpp"

/// Verdicts are made from numbers by rules. Their sentences have no capital and no full stop.
namespace lehr::study {

/// A variant's name as sentences show it: in quotes if it would not read as a name, as "no warm-up" and
/// "kaiming, batch norm".
std::string shown_name(const std::string& variant);

/// How a sentence shows numbers of the quantity.
struct NumberStyle {
  std::string unit{};  ///< "points", "seconds"; not used for ratios, which are shown as factors
  double factor = 1;   ///< of the shown number to that of the quantity: 100 shows shares as points
  int decimals = 2;    ///< more are shown where a number would look like zero, or a ratio like one
};

struct VerdictRule {
  bool higher_is_better = true;
  /// The smallest effect worth naming, in units of the quantity (0.002 for 0.2 points), or the smallest
  /// factor (1.05). It bounds the region of practical equivalence. Without it nothing is equivalent.
  std::optional<double> smallest_effect{};
  NumberStyle style{};
};

enum class Finding {
  better,      ///< b is better than a
  worse,       ///< b is worse than a
  equivalent,  ///< b and a differ by less than the smallest effect worth naming
  undecided    ///< not enough runs to say
};

/// "better", ...
std::string finding_name(Finding finding);

struct Verdict {
  Finding finding = Finding::undecided;
  std::string sentence;
};

/// The rules, of which the first that holds decides:
/// 1. Less than two pairs: undecided. One seed shows nothing.
/// 2. The interval lies in the region of practical equivalence: equivalent (the two one-sided tests of
///    Schuirmann, 1987, with an interval of 95 % instead of 90 %).
/// 3. The interval excludes 0, p_adjusted <= 0.05 and the effect is at least the smallest worth naming:
///    better or worse.
/// 4. Undecided. The sentence says why, and how many seeds could show the smallest effect worth naming.
/// Rules 2 and 3 give undecided if the failure rates of a and b differ (mcnemar_p <= 0.05), unless the better
/// variant also failed less: the values of the runs that finished do not speak for the others.
/// Exchanging a and b gives the opposite verdict. Throws BadInput if the smallest effect is not positive and
/// finite, or for a ratio not above 1, or if the style is not usable.
Verdict judge(const Comparison& comparison, const VerdictRule& rule = {});

/// Fewer failures are better. Undecided if mcnemar_p > 0.05.
Verdict judge_rates(const Variant& a, const Variant& b, Failure failure = Failure::any);

}  // namespace lehr::study
