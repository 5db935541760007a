#include "lehr/study/verdict.hpp"

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/study/significance.hpp"
#include "study/wording.hpp"

namespace lehr::study {
namespace {

Interval opposite(const Interval& interval) { return {.low = -interval.high, .high = -interval.low}; }

/// Applies the rules to one comparison.
class Judgement {
 public:
  Judgement(const Comparison& comparison, const VerdictRule& rule)
      : c_(comparison),
        rule_(rule),
        text_(comparison.scale, rule.style),
        a_(shown_name(comparison.a)),
        b_(shown_name(comparison.b)),
        seeds_(counted(comparison.pairs, "seed")) {
    if (rule.smallest_effect) {
      limit_ = c_.scale == Scale::ratio ? std::log(*rule.smallest_effect) : *rule.smallest_effect;
    }
  }

  Verdict verdict() const {
    if (c_.pairs < 2) return {Finding::undecided, nothing_to_compare() + left_out_text(c_)};
    const Finding by_values = finding();
    if (by_values == Finding::undecided) return {by_values, undecided() + left_out_text(c_)};
    if (failures_speak_against(by_values)) {
      return {Finding::undecided, "the runs that finished cannot rank " + a_ + " and " + b_ +
                                      ", because their failures differ (p = " + p_text(c_.failures.p) +
                                      "): of the rest, " + decided(by_values) + left_out_text(c_)};
    }
    return {by_values, decided(by_values) + left_out_text(c_)};
  }

 private:
  Finding finding() const {
    if (c_.interval.within(limit_)) return Finding::equivalent;
    const bool shown = !c_.interval.contains(0) && c_.p_adjusted <= significance_level;
    if (!shown || std::abs(c_.effect) < limit_) return Finding::undecided;
    return b_ahead() ? Finding::better : Finding::worse;
  }

  bool b_ahead() const { return rule_.higher_is_better ? c_.effect > 0 : c_.effect < 0; }

  bool failures_speak_against(Finding by_values) const {
    if (c_.failures.p > significance_level) return false;
    const bool b_fails_less = c_.failures.only_b < c_.failures.only_a;
    return by_values != (b_fails_less ? Finding::better : Finding::worse);
  }

  std::string nothing_to_compare() const {
    const std::string both = a_ + " and " + b_;
    if (c_.pairs == 1) return "one seed shows nothing: only one seed finished with both " + both;
    return "nothing to compare: no seed finished with both " + both;
  }

  std::string decided(Finding by_values) const {
    if (by_values == Finding::equivalent) {
      return a_ + " and " + b_ + " differ by less than " + text_.smallest(*rule_.smallest_effect) +
             " (95 % interval of " + text_.subject(c_) + " " + text_.range(c_.interval) + ", " + seeds_ + ")";
    }
    // The winner's lead is a positive number, also where lower is better.
    const Interval lead = c_.effect > 0 ? c_.interval : opposite(c_.interval);
    return winner() + " beats " + loser() + " by " + text_.amount(std::abs(c_.effect)) + " (95 % interval " +
           text_.range(lead) + ", " + seeds_ + family_text(c_) + ")";
  }

  std::string winner() const { return b_ahead() ? b_ : a_; }
  std::string loser() const { return b_ahead() ? a_ : b_; }

  std::string cannot_tell() const { return seeds_ + " cannot tell " + a_ + " and " + b_ + " apart"; }

  std::string undecided() const {
    if (std::isinf(c_.interval.low)) return undecided_without_spread();
    const std::string interval =
        "the 95 % interval of " + text_.subject(c_) + ", " + text_.range_unit(c_.interval) + ",";
    if (c_.interval.contains(0)) {
      return cannot_tell() + ": " + interval + " includes " + text_.zero() + "; " + seeds_that_could();
    }
    if (c_.p_adjusted > significance_level) {
      return cannot_tell() + ": " + interval + " excludes " + text_.zero() + ", but not after correction" +
             family_text(c_);
    }
    return seeds_ + " cannot tell whether " + winner() + " beats " + loser() + " by as much as " +
           text_.smallest(*rule_.smallest_effect) + ": " + interval + " reaches from less to more";
  }

  std::string undecided_without_spread() const {
    const std::string amount = text_.amount(std::abs(c_.effect));
    const std::string same = c_.effect == 0 ? "they are equal" : "they differ by the same " + amount;
    return cannot_tell() + ": with each " + same +
           ", so the noise is unknown; if 6 seeds agreed as well, it would not be by chance";
  }

  std::string seeds_that_could() const {
    if (limit_ > 0 && c_.detectable > limit_) {
      const auto needed = pairs_to_show(limit_, c_.sd);
      const std::string count = needed ? counted(*needed, "seed") : "more than 10,000 seeds";
      return count + " could show a difference of " + text_.smallest(*rule_.smallest_effect);
    }
    return "they could have shown a difference of " + text_.amount(c_.detectable);
  }

  const Comparison& c_;
  const VerdictRule& rule_;
  EffectText text_;
  std::string a_;
  std::string b_;
  std::string seeds_;
  double limit_ = 0;  ///< the smallest effect worth naming on the scale of the comparison; 0 without one
};

std::string failed_text(Failure failure) {
  if (failure == Failure::collapsed) return " collapsed";
  return failure == Failure::diverged ? " diverged" : " failed";
}

}  // namespace

std::string finding_name(Finding finding) {
  switch (finding) {
    case Finding::better:
      return "better";
    case Finding::worse:
      return "worse";
    case Finding::equivalent:
      return "equivalent";
    case Finding::undecided:
      break;
  }
  return "undecided";
}

Verdict judge(const Comparison& comparison, const VerdictRule& rule) {
  check_rule(rule, comparison.scale);
  return Judgement(comparison, rule).verdict();
}

Verdict judge_rates(const Variant& a, const Variant& b, Failure failure) {
  const RateComparison rates = compare_rates(a, b, failure);
  const std::string seeds = counted(rates.a.of, "seed");
  const std::string verb = failed_text(failure);
  const std::string names = shown_name(a.name) + " and " + shown_name(b.name);
  if (rates.a.of == 0) return {Finding::undecided, "nothing to compare: " + names + " share no seed"};
  const bool b_fails_less = rates.b.count < rates.a.count;
  const std::string less = shown_name(b_fails_less ? b.name : a.name) + verb + " in " +
                           std::to_string(std::min(rates.a.count, rates.b.count)) + " of " + seeds + " and " +
                           shown_name(b_fails_less ? a.name : b.name) + " in " +
                           std::to_string(std::max(rates.a.count, rates.b.count)) +
                           " (exact McNemar, p = " + p_text(rates.p) + ")";
  if (rates.p <= significance_level) return {b_fails_less ? Finding::better : Finding::worse, less};
  if (rates.a.of == 1) return {Finding::undecided, "one seed shows nothing: " + less};
  return {Finding::undecided, seeds + " cannot tell " + names + " apart: " + less};
}

}  // namespace lehr::study
