#include "callbacks/first_states.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr {
namespace {

constexpr std::size_t numbers = 10;  // of TensorNumbers in these versions
constexpr std::size_t magnitudes_at = numbers;
constexpr std::size_t values_at = magnitudes_at + MagnitudeHistogram::bins + 1;
constexpr std::size_t exponent_at = values_at + SignedHistogram::bins;
constexpr std::size_t words_of_stats = exponent_at + 1;

TensorStats stats_at(const FirstRows& rows, std::size_t row) {
  const auto count = [&](std::size_t word) { return static_cast<std::uint64_t>(rows.integer(row, word)); };
  TensorStats stats;
  for (std::size_t i = 0; i < numbers; ++i) {
    const StatField& field = stat_fields[i];
    if (field.number != nullptr) {
      stats.*field.number = rows.real(row, i);
    } else {
      stats.*field.integer = rows.integer(row, i);
    }
  }
  for (std::size_t i = 0; i < MagnitudeHistogram::bins; ++i)
    stats.magnitudes.counts[i] = count(magnitudes_at + i);
  stats.magnitudes.beyond = count(values_at - 1);
  for (std::size_t i = 0; i < SignedHistogram::bins; ++i) stats.values.counts[i] = count(values_at + i);
  stats.values.exponent = rows.integer(row, exponent_at);
  return stats;
}

/// Converts a real to an integer, because points were stored as reals.
std::int64_t whole(double real) {
  constexpr double most = 0x1p53;
  if (!(std::abs(real) <= most)) throw BadInput("a saved batch has the number " + number_text(real));
  return static_cast<std::int64_t>(real);
}

}  // namespace

FirstRows::FirstRows(std::span<const float> floats, std::size_t words_a_row, std::string_view what)
    : words_a_row_(words_a_row), words_(floats.size_bytes() / sizeof(std::uint64_t)) {
  if (floats.size_bytes() % (words_a_row * sizeof(std::uint64_t)) != 0) {
    throw BadInput("the saved " + std::string(what) + " are cut");
  }
  if (!floats.empty()) std::memcpy(words_.data(), floats.data(), floats.size_bytes());
}

std::int64_t FirstRows::integer(std::size_t row, std::size_t word) const {
  return static_cast<std::int64_t>(words_[row * words_a_row_ + word]);
}

double FirstRows::real(std::size_t row, std::size_t word) const {
  return std::bit_cast<double>(words_[row * words_a_row_ + word]);
}

std::vector<TensorStats> first_stats(std::span<const float> floats) {
  const FirstRows rows(floats, words_of_stats, "statistics");
  std::vector<TensorStats> stats;
  for (std::size_t i = 0; i < rows.size(); ++i) stats.push_back(stats_at(rows, i));
  return stats;
}

std::vector<store::StepRow> first_points(std::span<const float> floats) {
  const FirstRows rows(floats, 7, "statistics");
  std::vector<store::StepRow> points;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    points.push_back({.step = whole(rows.real(i, 0)),
                      .epoch = static_cast<int>(whole(rows.real(i, 1))),
                      .batch = whole(rows.real(i, 2)),
                      .training = rows.real(i, 3) != 0,
                      .loss = rows.real(i, 4),
                      .lr = rows.real(i, 5),
                      .momentum = rows.real(i, 6)});
  }
  return points;
}

}  // namespace lehr
