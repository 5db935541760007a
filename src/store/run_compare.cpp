#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <tuple>

#include "lehr/store/run_names.hpp"
#include "store/packed_stats.hpp"
#include "store/run_store_state.hpp"

namespace lehr::store {
namespace {

/// Batches that both runs have.
constexpr const char* common_steps =
    " FROM steps AS a JOIN steps AS b ON b.step = a.step AND b.training = a.training AND b.batch = a.batch ";
constexpr const char* of_both = " WHERE a.run = ?1 AND b.run = ?2 ";
constexpr const char* in_order = " ORDER BY a.step, a.training DESC, a.batch";

constexpr std::array batch_values{"loss", "lr", "momentum"};

/// "(a.x IS NOT b.x OR ...)"
template <class Names>
std::string any_differs(const Names& names, const std::string& first, const std::string& second) {
  std::string condition;
  for (const char* name : names) {
    condition += (condition.empty() ? "(" : " OR ") + first + "." + name + " IS NOT " + second + "." + name;
  }
  return condition + ")";
}

template <class Names>
std::string pairs(const Names& names, const std::string& first, const std::string& second) {
  std::string list;
  for (const char* name : names) list += ", " + first + "." + name + ", " + second + "." + name;
  return list;
}

bool differ(const Statement& row, int a, int b) {
  if (row.column_type(a) != row.column_type(b)) return true;
  switch (row.column_type(a)) {
    case SQLITE_INTEGER:
      return row.integer(a) != row.integer(b);
    case SQLITE_FLOAT:
      return row.real(a) != row.real(b);
    default:
      return row.text(a) != row.text(b);
  }
}

/// Stores the first pair, from `column` on, that differs.
template <class Names>
void take_difference(const Statement& row, int column, const Names& names, RunDifference& difference) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const int at = column + 2 * static_cast<int>(i);
    if (!differ(row, at, at + 1)) continue;
    difference.statistic = names[i];
    difference.a = row.real(at);
    difference.b = row.real(at + 1);
    return;
  }
}

RunDifference place_of(const Statement& row) {
  RunDifference place;
  place.step = row.integer(0);
  place.epoch = static_cast<int>(row.integer(1));
  place.batch = row.integer(2);
  place.training = row.integer(3) != 0;
  return place;
}

constexpr const char* place_columns = "SELECT a.step, a.epoch, a.batch, a.training";

std::optional<RunDifference> first_batch(const Database& database, std::int64_t a, std::int64_t b) {
  Statement statement(database, place_columns + pairs(batch_values, "a", "b") + common_steps + of_both +
                                    "AND " + any_differs(batch_values, "a", "b") + in_order + " LIMIT 1");
  if (!statement.with(a, b).next()) return std::nullopt;
  RunDifference found = place_of(statement);
  take_difference(statement, 4, batch_values, found);
  return found;
}

std::string layer_name(const Database& database, std::int64_t run, std::int64_t number) {
  Statement statement(database, "SELECT name FROM layers WHERE run = ? AND number = ?");
  return statement.with(run, number).next() ? statement.text(0) : fmt::format("#{}", number);
}

/// The first statistic that differs; histograms, which are no number, as a whole.
bool take_difference(const TensorStats& a, const TensorStats& b, RunDifference& difference) {
  for (const StatField& field : stat_fields) {
    difference.statistic = field.name;
    difference.a = field.value(a);
    difference.b = field.value(b);
    if (difference.a != difference.b && !(std::isnan(difference.a) && std::isnan(difference.b))) return true;
  }
  difference.a = difference.b = std::nan("");
  difference.statistic = a.magnitudes != b.magnitudes ? "magnitudes" : "signed";
  return a.magnitudes != b.magnitudes || a.values != b.values;
}

/// The order in which a batch computes: weights, then activations, then the results of the backward pass.
auto order_of(const StatsRow& row) {
  const int part = row.what == Watched::weight ? 0 : row.what == Watched::activation ? 1 : 2;
  return std::tuple(part, row.layer, tensor_name(row.what));
}

/// Stores the first tensor that both runs have and that differs.
bool take_difference(std::vector<StatsRow> a, const std::vector<StatsRow>& b, const Database& database,
                     std::int64_t run, RunDifference& difference) {
  std::ranges::sort(a, {}, [](const StatsRow& row) { return order_of(row); });
  for (const StatsRow& row : a) {
    const auto other = std::ranges::find(b, order_of(row), [](const StatsRow& one) { return order_of(one); });
    if (other == b.end() || !take_difference(row.stats, other->stats, difference)) continue;
    difference.layer = layer_name(database, run, row.layer);
    difference.tensor = tensor_name(row.what);
    return true;
  }
  return false;
}

// Batches whose stored bytes differ are compared in detail, because one run may have recorded more tensors.
std::optional<RunDifference> first_layer(const Database& database, std::int64_t a, std::int64_t b) {
  Statement batch(database,
                  place_columns + std::string(", a.id, b.id") + common_steps +
                      "JOIN batch_stats AS s ON s.step_id = a.id JOIN batch_stats AS t ON t.step_id = b.id" +
                      of_both + "AND (s.numbers <> t.numbers OR s.histograms <> t.histograms)" + in_order);
  Statement stats(database, "SELECT numbers, histograms FROM batch_stats WHERE step_id = ?");
  const auto rows_of = [&stats](std::int64_t step) {
    return stats.with(step).next() ? unpack_stats(stats.text(0), stats.text(1)) : std::vector<StatsRow>();
  };
  batch.with(a, b);
  while (batch.next()) {
    RunDifference found = place_of(batch);
    const std::vector<StatsRow> of_a = rows_of(batch.integer(4));
    if (take_difference(of_a, rows_of(batch.integer(5)), database, a, found)) return found;
  }
  return std::nullopt;
}

std::int64_t count(const Database& database, const std::string& sql, std::int64_t a, std::int64_t b) {
  Statement statement(database, sql);
  return statement.with(a, b).next() ? statement.integer(0) : 0;
}

/// Sorts the training batch before the validation of the same step.
auto order_of(const RunDifference& difference) {
  return std::tuple(difference.step, !difference.training, difference.batch);
}

}  // namespace

RunComparison RunStore::compare(const std::string& a, const std::string& b) const {
  const std::int64_t first = state_->find(a).id;
  const std::int64_t second = state_->find(b).id;
  const Database& database = state_->database;
  RunComparison result;
  const std::optional<RunDifference> batch = first_batch(database, first, second);
  result.first = first_layer(database, first, second);
  // A layer's output is computed before the loss.
  if (batch && (!result.first || order_of(*batch) < order_of(*result.first))) result.first = batch;
  result.common = count(database, std::string("SELECT count(*)") + common_steps + of_both, first, second);
  const std::string of_one = "SELECT count(*) FROM steps WHERE run = ?1 AND ?2 = ?2";
  result.only_a = count(database, of_one, first, second) - result.common;
  result.only_b = count(database, of_one, second, first) - result.common;
  return result;
}

}  // namespace lehr::store
