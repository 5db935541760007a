#pragma once

#include <span>

namespace lehr::study {

/// Of numbers that are finite. All throw BadInput if the result is not: the numbers are too large.
/// Opposite numbers in opposite order have exactly the opposite mean and the same standard deviation.

/// NaN without a number.
double mean_of(std::span<const double> values);
/// With n - 1; NaN of less than two numbers. Exactly 0 if the numbers are equal except for rounding: their
/// spread is below 1e-12 of `magnitude`, the size of the numbers from which they were computed.
double sd_of(std::span<const double> values, double magnitude);
double median_of(std::span<const double> values);

/// The largest absolute value, 0 without a number.
double largest_size(std::span<const double> values);

/// Throws BadInput, naming `what`, if a number is not finite.
void check_finite(std::span<const double> values, const char* what);

}  // namespace lehr::study
