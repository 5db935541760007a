#pragma once

#include <concepts>
#include <string>
#include <string_view>

/// Numbers as text for messages and tables. Two numbers that differ never read the same because digits were
/// cut.
namespace lehr {

/// The shortest text that reads back as the same number: "0.1", "1e-08", "inf", "nan". std::to_string would
/// print 1e-8 as "0.000000".
std::string number_text(double number);
std::string number_text(float number);

/// A loss or a metric with four decimals, "0.1234"; below 0.001 and from 100,000 on "3.210e-05".
std::string loss_text(double value);

/// A share as "97.14 %", with that many decimals. "100.00 %" means all and "0.00 %" means none: 0.99999 reads
/// "99.99 %" and 0.00001 reads "<0.01 %".
std::string percent_text(double share, int decimals = 2);

/// "batches", "images", "entries": for the regular nouns of messages.
std::string plural(std::string_view noun);

/// A count with its noun: "1 batch", "2 batches", "0 images".
template <std::integral Count>
std::string counted(Count count, std::string_view noun) {
  return std::to_string(count) + " " + (count == 1 ? std::string(noun) : plural(noun));
}

}  // namespace lehr
