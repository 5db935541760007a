#include <cmath>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/study/trend.hpp"
#include "study/wording.hpp"

namespace lehr::study {
namespace {

std::string left_out_text(const Trend& trend) {
  std::string text;
  if (trend.dropped > 0) text += "; " + counted(trend.dropped, "seed") + " did not finish with every variant";
  if (!trend.left_out.empty()) {
    text += "; " + counted(trend.left_out.size(), "variant") + " finished with less than two seeds";
  }
  return text;
}

}  // namespace

std::string trend_sentence(const Trend& trend, const std::string& quantity, const std::string& axis) {
  const std::string seeds = counted(trend.seeds, "seed");
  const std::string subject = printable(quantity);
  const std::string along = printable(axis);
  if (std::isnan(trend.correlation)) {
    const std::string few = trend.seeds == 1 ? "one seed shows nothing" : "there is nothing to show a trend";
    return few + ": a trend of " + subject + " with " + along +
           " needs three seeds with which three variants finished" + left_out_text(trend);
  }
  const std::string numbers = "rank correlation " + fixed_text(trend.correlation, 2) + ", 95 % interval " +
                              fixed_text(trend.interval.low, 2) + " to " +
                              fixed_text(trend.interval.high, 2) + ", " +
                              counted(trend.used.size(), "variant") + ", " + seeds + ")";
  if (trend.interval.contains(0)) {
    return seeds + " cannot tell whether " + subject + " rises or falls with " + along + " (" + numbers +
           left_out_text(trend);
  }
  return subject + (trend.correlation > 0 ? " rises with " : " falls with ") + along + " (" + numbers +
         left_out_text(trend);
}

}  // namespace lehr::study
