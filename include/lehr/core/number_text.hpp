#pragma once

#include <concepts>
#include <string>
#include <string_view>

/// Numbers as text for messages and tables. Rounding never makes two different numbers look equal.
namespace lehr {

/// The shortest text that reads back as the same number: "0.1", "1e-08", "inf", "nan". std::to_string would
/// print 1e-8 as "0.000000".
std::string number_text(double number);
std::string number_text(float number);

/// A loss or a metric with four decimals: "0.1234". Values below 0.001 and from 100,000 on have an exponent:
/// "3.210e-05".
std::string loss_text(double value);

/// A share with the given number of decimals: "97.14 %". Only a share of exactly 1 gives
/// "100.00 %", and only exactly 0 gives "0.00 %": 0.99999 becomes "99.99 %" and 0.00001 becomes
/// "<0.01 %".
std::string percent_text(double share, int decimals = 2);

/// The plural of a regular noun: "batches", "images", "entries".
std::string plural(std::string_view noun);

/// A count and its noun: "1 batch", "2 batches", "0 images".
template <std::integral Count>
std::string counted(Count count, std::string_view noun) {
  return std::to_string(count) + " " + (count == 1 ? std::string(noun) : plural(noun));
}

}  // namespace lehr
