#include <array>
#include <cmath>
#include <string>
#include <tuple>

#include "store/run_store_state.hpp"

namespace lehr::store {
namespace {

/// Batches that both runs have.
constexpr const char* common_steps =
    " FROM steps AS a JOIN steps AS b ON b.step = a.step AND b.training = a.training AND b.batch = a.batch ";
constexpr const char* of_both = " WHERE a.run = ?1 AND b.run = ?2 ";
constexpr const char* in_order = " ORDER BY a.step, a.training DESC, a.batch";

constexpr std::array batch_values{"loss", "lr", "momentum"};
constexpr std::array statistics{"count",      "non_finite", "mean",           "std",           "min",
                                "max",        "norm",       "near_zero",      "near_zero_abs", "zero",
                                "magnitudes", "signed",     "signed_exponent"};

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

/// The first of the pairs from `column` on that differs.
template <class Names>
void take_difference(const Statement& row, int column, const Names& names, RunDifference& difference) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const int at = column + 2 * static_cast<int>(i);
    if (!differ(row, at, at + 1)) continue;
    difference.statistic = names[i];
    const bool histograms = row.column_type(at) == SQLITE_BLOB || row.column_type(at + 1) == SQLITE_BLOB;
    difference.a = histograms ? std::nan("") : row.real(at);
    difference.b = histograms ? std::nan("") : row.real(at + 1);
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
  return statement.with(run, number).next() ? statement.text(0) : "#" + std::to_string(number);
}

constexpr const char* stats_of_both =
    " FROM stats AS s JOIN stats AS t ON t.layer = s.layer AND t.tensor = s.tensor ";

// First the batch, then the layer in it: sorting all that differs would take long where two long runs part
// early.
std::optional<RunDifference> first_layer(const Database& database, std::int64_t a, std::int64_t b) {
  const std::string differs = any_differs(statistics, "s", "t");
  Statement batch(database, place_columns + std::string(", a.id, b.id") + common_steps + of_both +
                                "AND EXISTS (SELECT 1" + stats_of_both +
                                "WHERE s.step_id = a.id AND t.step_id = b.id AND " + differs + ")" +
                                in_order + " LIMIT 1");
  if (!batch.with(a, b).next()) return std::nullopt;
  RunDifference found = place_of(batch);
  Statement layer(database,
                  "SELECT s.layer, s.tensor" + pairs(statistics, "s", "t") + stats_of_both +
                      "WHERE s.step_id = ?1 AND t.step_id = ?2 AND " + differs +
                      " ORDER BY CASE s.tensor WHEN 'weight' THEN 0 WHEN 'activation' THEN 1 ELSE 2 "
                      "END, s.layer, s.tensor LIMIT 1");
  if (!layer.with(batch.integer(4), batch.integer(5)).next()) return std::nullopt;
  found.layer = layer_name(database, a, layer.integer(0));
  found.tensor = layer.text(1);
  take_difference(layer, 2, statistics, found);
  return found;
}

std::int64_t count(const Database& database, const std::string& sql, std::int64_t a, std::int64_t b) {
  Statement statement(database, sql);
  return statement.with(a, b).next() ? statement.integer(0) : 0;
}

/// Training before validation of the same step.
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
  // What a layer does comes before the loss that it leads to.
  if (batch && (!result.first || order_of(*batch) < order_of(*result.first))) result.first = batch;
  result.common = count(database, std::string("SELECT count(*)") + common_steps + of_both, first, second);
  const std::string of_one = "SELECT count(*) FROM steps WHERE run = ?1 AND ?2 = ?2";
  result.only_a = count(database, of_one, first, second) - result.common;
  result.only_b = count(database, of_one, second, first) - result.common;
  return result;
}

}  // namespace lehr::store
