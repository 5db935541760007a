#include "lehr/study/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "lehr/core/error.hpp"
#include "study/support.hpp"
#include "support/message_of.hpp"

namespace lehr::study::test {
namespace {

const NumberStyle points{.unit = "points", .factor = 100, .decimals = 2};
const VerdictRule by_points{.smallest_effect = 0.002, .style = points};

/// A comparison of ten seeds with this effect and interval, as judge sees it.
Comparison made(double effect, Interval interval) {
  Comparison one;
  one.a = "keep";
  one.b = "double";
  one.pairs = 10;
  one.effect = effect;
  one.interval = interval;
  one.sd = 0.0054;
  one.detectable = 0.0054;
  one.p = one.p_adjusted = interval.contains(0) ? 0.3 : 0.01;
  return one;
}

Comparison exchanged(Comparison one) {
  std::swap(one.a, one.b);
  std::swap(one.collapsed_a, one.collapsed_b);
  std::swap(one.diverged_a, one.diverged_b);
  std::swap(one.failures.a, one.failures.b);
  std::swap(one.failures.only_a, one.failures.only_b);
  one.effect = -one.effect;
  one.interval = {.low = -one.interval.high, .high = -one.interval.low};
  return one;
}

TEST(Verdict, NamesTheBetterVariant) {
  const Comparison lead = made(0.0070, {.low = 0.0031, .high = 0.0109});
  EXPECT_EQ(judge(lead, by_points).finding, Finding::better);
  EXPECT_EQ(judge(lead, by_points).sentence,
            "double beats keep by 0.70 points (95 % interval 0.31 to 1.09, 10 seeds)");
}

TEST(Verdict, OfExchangedVariantsIsOpposite) {
  const Comparison lead = made(0.0070, {.low = 0.0031, .high = 0.0109});
  EXPECT_EQ(judge(exchanged(lead), by_points).finding, Finding::worse);
  EXPECT_EQ(judge(exchanged(lead), by_points).sentence, judge(lead, by_points).sentence);
}

TEST(Verdict, OfOppositeNumbersIsOpposite) {
  const std::vector<double> lead{1, 2, 3, 2, 1, 2};
  const Variant zero = variant("a", std::vector<double>(6, 0));
  EXPECT_EQ(judge(compare(zero, variant("b", lead))).finding, Finding::better);
  EXPECT_EQ(judge(compare(zero, variant("b", opposite(lead)))).finding, Finding::worse);
}

TEST(Verdict, KnowsThatLowerCanBeBetter) {
  const VerdictRule seconds{.higher_is_better = false, .style = {.unit = "seconds", .decimals = 1}};
  const Verdict slower = judge(made(3, {.low = 1, .high = 5.25}), seconds);
  EXPECT_EQ(slower.finding, Finding::worse);
  EXPECT_EQ(slower.sentence, "keep beats double by 3.0 seconds (95 % interval 1.0 to 5.2, 10 seeds)");
  EXPECT_EQ(judge(made(-3, {.low = -5, .high = -1}), seconds).finding, Finding::better);
}

TEST(Verdict, NamesEquivalence) {
  const Verdict equal = judge(made(0.0001, {.low = -0.0010, .high = 0.0012}), by_points);
  EXPECT_EQ(equal.finding, Finding::equivalent);
  EXPECT_EQ(
      equal.sentence,
      "keep and double differ by less than 0.2 points (95 % interval of double minus keep −0.10 to 0.12, 10 "
      "seeds)");
  // It may also be known not to be 0.
  EXPECT_EQ(judge(made(0.0010, {.low = 0.0005, .high = 0.0015}), by_points).finding, Finding::equivalent);
  // On the limit it is not.
  EXPECT_EQ(judge(made(0, {.low = -0.0010, .high = 0.0020}), by_points).finding, Finding::undecided);
  EXPECT_EQ(judge(made(0, {.low = -0.0001, .high = 0.0001})).finding, Finding::undecided);
}

TEST(Verdict, SaysHowManySeedsCouldTell) {
  const Comparison noise = made(0.0040, {.low = -0.0030, .high = 0.0110});
  const Verdict verdict = judge(noise, {.smallest_effect = 0.005, .style = points});
  EXPECT_EQ(verdict.finding, Finding::undecided);
  EXPECT_EQ(verdict.sentence,
            "10 seeds cannot tell keep and double apart: the 95 % interval of double minus keep, −0.30 to "
            "1.10 points, "
            "includes zero; 12 seeds could show a difference of 0.5 points");
  EXPECT_TRUE(judge(noise, {.style = points})
                  .sentence.ends_with("; they could have shown a difference of 0.54 points"));
  EXPECT_TRUE(judge(noise, {.smallest_effect = 1e-9, .style = points})
                  .sentence.ends_with("; more than 10,000 seeds could show a difference of 1e-07 points"));
}

TEST(Verdict, NeedsAnEffectWorthNaming) {
  const Verdict small = judge(made(0.0015, {.low = 0.0002, .high = 0.0030}), by_points);
  EXPECT_EQ(small.finding, Finding::undecided);
  EXPECT_EQ(
      small.sentence,
      "10 seeds cannot tell whether double beats keep by as much as 0.2 points: the 95 % interval of double "
      "minus keep, 0.02 to 0.30 points, reaches from less to more");
}

TEST(Verdict, CountsTheFamily) {
  Comparison lead = made(0.0070, {.low = 0.0031, .high = 0.0109});
  lead.family = 6;
  lead.p_adjusted = 0.012;
  EXPECT_EQ(
      judge(lead, by_points).sentence,
      "double beats keep by 0.70 points (95 % interval 0.31 to 1.09, 10 seeds, p = 0.012 after Holm for 6 "
      "comparisons)");
  lead.p_adjusted = 0.07;
  EXPECT_EQ(judge(lead, by_points).finding, Finding::undecided);
  EXPECT_EQ(judge(lead, by_points).sentence,
            "10 seeds cannot tell keep and double apart: the 95 % interval of double minus keep, 0.31 to "
            "1.09 points, "
            "excludes zero, but not after correction, p = 0.07 after Holm for 6 comparisons");
}

TEST(Verdict, OfRatiosIsAFactor) {
  Comparison slower = made(std::log(1.33), {.low = std::log(1.25), .high = std::log(1.43)});
  slower.scale = Scale::ratio;
  const VerdictRule rule{.higher_is_better = false, .smallest_effect = 1.05};
  EXPECT_EQ(judge(slower, rule).sentence,
            "keep beats double by a factor of 1.33 (95 % interval 1.25 to 1.43, 10 seeds)");
  EXPECT_EQ(judge(slower, rule).finding, Finding::worse);
  EXPECT_EQ(judge(exchanged(slower), rule).sentence, judge(slower, rule).sentence);
  Comparison equal = made(0, {.low = std::log(0.98), .high = std::log(1.03)});
  equal.scale = Scale::ratio;
  EXPECT_EQ(judge(equal, rule).sentence,
            "keep and double differ by less than a factor of 1.05 (95 % interval of double over keep 0.98 to "
            "1.03, 10 "
            "seeds)");
  equal.interval.high = std::log(1.2);
  EXPECT_NE(judge(equal, rule).sentence.find("double over keep, 0.98 to 1.20, includes 1; "),
            std::string::npos);
}

TEST(Verdict, FromOneSeedIsNone) {
  const Verdict one = judge(compare(variant("keep", {1}), variant("double", {5})), by_points);
  EXPECT_EQ(one.finding, Finding::undecided);
  EXPECT_EQ(one.sentence, "one seed shows nothing: only one seed finished with both keep and double");
  const Verdict none = judge(compare(variant("keep", {}), variant("double", {5})), by_points);
  EXPECT_EQ(none.finding, Finding::undecided);
  EXPECT_EQ(none.sentence,
            "nothing to compare: no seed finished with both keep and double; 1 seed ran for "
            "only one of "
            "them");
  EXPECT_EQ(judge(Comparison{}).finding, Finding::undecided);
}

TEST(Verdict, FromNoiseIsSeldomMoreThanUndecided) {
  int decided = 0;
  for (std::uint64_t study = 0; study < 200; ++study) {
    const Comparison noise =
        compare(variant("a", normal_values(5, 1000 + study)), variant("b", normal_values(5, 2000 + study)),
                {.resampling = {.resamples = 400}});
    decided += judge(noise).finding == Finding::undecided ? 0 : 1;
  }
  EXPECT_LE(decided, 18);
}

TEST(Verdict, FromEqualDifferencesNeedsSixSeeds) {
  const Verdict few = judge(compare(variant("a", {0, 0, 0}), variant("b", {0.5, 0.5, 0.5})));
  EXPECT_EQ(few.finding, Finding::undecided);
  EXPECT_EQ(few.sentence,
            "3 seeds cannot tell a and b apart: with each they differ by the same 0.50, so the noise is "
            "unknown; if 6 seeds agreed as well, it would not be by chance");
  const Variant zero = variant("a", std::vector<double>(6, 0));
  EXPECT_EQ(judge(compare(zero, variant("b", std::vector<double>(6, 0.5)))).finding, Finding::better);
  EXPECT_EQ(judge(compare(zero, zero), {.smallest_effect = 0.1}).finding, Finding::equivalent);
}

TEST(Verdict, SaysWhatItLeavesOut) {
  Comparison lead = made(0.0070, {.low = 0.0031, .high = 0.0109});
  lead.missing = 2;
  lead.collapsed_a = {.count = 1, .of = 13, .interval = {}};
  lead.diverged_b = {.count = 2, .of = 13, .interval = {}};
  lead.diverged_a.of = 13;
  EXPECT_EQ(judge(lead, by_points).finding, Finding::better);
  EXPECT_TRUE(judge(lead, by_points)
                  .sentence.ends_with(
                      "; 2 seeds ran for only one of them; keep collapsed in 1 of 13 seeds and double in "
                      "none; double diverged in 2 of 13 seeds and keep in none"));
}

TEST(Verdict, IsNoneIfTheVariantAheadFailsMore) {
  const std::vector<double> lead{3, 1, 2, 3, 2, 1, 3, 2, 1, 2, 3, 1, 2, 3};
  const Variant zero = variant("keep", std::vector<double>(14, 0));
  const Variant wild = with_failures(variant("double", lead), 6, Outcome::diverged);
  const Verdict verdict = judge(compare(zero, wild));
  EXPECT_EQ(verdict.finding, Finding::undecided);
  EXPECT_TRUE(verdict.sentence.starts_with(
      "the runs that finished cannot rank keep and double, because their failures "
      "differ (p = 0.031): of the rest, double beats keep by "));
  EXPECT_TRUE(verdict.sentence.ends_with("; double diverged in 6 of 14 seeds and keep in none"));
  EXPECT_EQ(judge(compare(wild, zero)).finding, Finding::undecided);
  // Nothing speaks against a variant that is ahead and fails less.
  const Variant behind = with_failures(variant("double", opposite(lead)), 6, Outcome::diverged);
  EXPECT_EQ(judge(compare(zero, behind)).finding, Finding::worse);
  // With equal values, different failures are a difference.
  const Variant same = with_failures(zero, 6, Outcome::diverged);
  EXPECT_EQ(judge(compare(zero, same), {.smallest_effect = 0.1}).finding, Finding::undecided);
}

TEST(Verdict, ShowsNumbersThatDifferFromZero) {
  const Verdict tiny = judge(made(4e-6, {.low = 1e-6, .high = 7e-6}), {.style = points});
  EXPECT_EQ(tiny.sentence,
            "double beats keep by 0.00040 points (95 % interval 0.00010 to 0.00070, 10 seeds)");
  const Verdict noise = judge(made(0, {.low = -1e-30, .high = 1e-30}), {.style = points});
  EXPECT_NE(noise.sentence.find(", −1e-28 to 1e-28 points, includes zero"), std::string::npos)
      << noise.sentence;
  const Verdict none = judge(made(0.1, {.low = -0.001, .high = 0.3}), {.style = {.decimals = 0}});
  EXPECT_NE(none.sentence.find(", −0.0010 to 0.30, includes zero"), std::string::npos) << none.sentence;
  const Verdict huge = judge(made(4e30, {.low = 1e30, .high = 7e300}));
  EXPECT_EQ(huge.sentence, "double beats keep by 4e+30 (95 % interval 1e+30 to 7e+300, 10 seeds)");
}

TEST(Verdict, EscapesNames) {
  Comparison lead = made(1, {.low = 0.5, .high = 2});
  lead.a = "a\nb";
  EXPECT_EQ(judge(lead).sentence, "double beats a\\x0Ab by 1.00 (95 % interval 0.50 to 2.00, 10 seeds)");
}

TEST(Verdict, RefusesARuleThatItCannotApply) {
  Comparison lead = made(1, {.low = 0.5, .high = 2});
  for (const double bad : {nan, infinity, 0.0, -1.0}) {
    EXPECT_THROW(judge(lead, {.smallest_effect = bad}), BadInput);
    EXPECT_THROW(judge(lead, {.style = {.factor = bad}}), BadInput);
  }
  EXPECT_THROW(judge(lead, {.style = {.decimals = -1}}), BadInput);
  EXPECT_THROW(judge(lead, {.style = {.decimals = 13}}), BadInput);
  lead.scale = Scale::ratio;
  EXPECT_EQ(lehr::test::message_of<BadInput>([&] { judge(lead, {.smallest_effect = 1}); }),
            "the smallest effect worth naming must be finite and above 1 for a ratio, found 1");
}

TEST(RateVerdict, FollowsMcNemar) {
  const std::vector<double> ten(10, 1);
  const Variant keep = with_failures(variant("keep", ten), 7, Outcome::collapsed);
  const Variant twice = variant("double", ten);
  EXPECT_EQ(judge_rates(keep, twice).finding, Finding::better);
  EXPECT_EQ(judge_rates(keep, twice, Failure::collapsed).sentence,
            "double collapsed in 0 of 10 seeds and keep in 7 (exact McNemar, p = 0.016)");
  EXPECT_EQ(judge_rates(twice, keep).finding, Finding::worse);
  EXPECT_EQ(judge_rates(twice, keep, Failure::diverged).finding, Finding::undecided);
  const Variant few = with_failures(variant("few", ten), 3, Outcome::diverged);
  EXPECT_EQ(judge_rates(few, twice).sentence,
            "10 seeds cannot tell few and double apart: double failed in 0 of 10 seeds and few in 3 (exact "
            "McNemar, p = "
            "0.25)");
  EXPECT_TRUE(
      judge_rates(variant("a", {1}), variant("b", {1})).sentence.starts_with("one seed shows nothing: "));
  EXPECT_EQ(judge_rates(variant("a", {}), variant("b", {1})).sentence,
            "nothing to compare: a and b share no seed");
}

TEST(Finding, HasAName) {
  EXPECT_EQ(finding_name(Finding::better), "better");
  EXPECT_EQ(finding_name(Finding::worse), "worse");
  EXPECT_EQ(finding_name(Finding::equivalent), "equivalent");
  EXPECT_EQ(finding_name(Finding::undecided), "undecided");
}

TEST(ShownName, IsQuotedWhereItWouldNotReadAsAName) {
  EXPECT_EQ(shown_name("batch 16"), "batch 16");
  EXPECT_EQ(shown_name("no warm-up"), "“no warm-up”");
  EXPECT_EQ(shown_name("kaiming, batch norm"), "“kaiming, batch norm”");
  EXPECT_EQ(judge(compare(variant("no cure", {1, 1.1, 0.9}), variant("norm", {2, 2.2, 1.9})))
                .sentence.find("norm beats “no cure”"),
            0U);
}

}  // namespace
}  // namespace lehr::study::test
