#include "store/run_aggregates.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace lehr::store {
namespace {

/// The numbers of a group.
struct GroupedNumbers {
  std::vector<double> values{};
  double quantile = 0.5;
};

/// SQLite's memory for a group. It is all zero at the first row.
struct GroupSlot {
  GroupedNumbers* numbers;
};

GroupSlot* slot_of(sqlite3_context* context, int bytes) {
  return static_cast<GroupSlot*>(sqlite3_aggregate_context(context, bytes));
}

/// Null if there is no memory left.
GroupedNumbers* group_of(sqlite3_context* context) {
  GroupSlot* slot = slot_of(context, static_cast<int>(sizeof(GroupSlot)));
  if (slot != nullptr && slot->numbers == nullptr) slot->numbers = new (std::nothrow) GroupedNumbers;
  return slot == nullptr ? nullptr : slot->numbers;
}

/// The numbers of a group that has ended; null if it had none.
std::unique_ptr<GroupedNumbers> ended_group(sqlite3_context* context) {
  GroupSlot* slot = slot_of(context, 0);
  return std::unique_ptr<GroupedNumbers>(slot == nullptr ? nullptr : std::exchange(slot->numbers, nullptr));
}

bool is_number(sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

void add_number(sqlite3_context* context, sqlite3_value* value, GroupedNumbers& group) {
  if (sqlite3_value_type(value) == SQLITE_NULL) return;
  if (!is_number(value)) {
    return sqlite3_result_error(context, "stdev, median and quantile expect numbers, found something else",
                                -1);
  }
  try {
    group.values.push_back(sqlite3_value_double(value));
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

void step_numbers(sqlite3_context* context, int, sqlite3_value** arguments) {
  GroupedNumbers* group = group_of(context);
  if (group == nullptr) return sqlite3_result_error_nomem(context);
  add_number(context, arguments[0], *group);
}

void step_quantile(sqlite3_context* context, int, sqlite3_value** arguments) {
  GroupedNumbers* group = group_of(context);
  if (group == nullptr) return sqlite3_result_error_nomem(context);
  const double quantile = sqlite3_value_double(arguments[1]);
  if (!is_number(arguments[1]) || !(quantile >= 0 && quantile <= 1)) {
    return sqlite3_result_error(context, "quantile(x, q) expects q from 0 to 1", -1);
  }
  group->quantile = quantile;
  add_number(context, arguments[0], *group);
}

/// NULL for NaN, as SQLite stores it.
void end_stdev(sqlite3_context* context) {
  const std::unique_ptr<GroupedNumbers> group = ended_group(context);
  if (group == nullptr || group->values.size() < 2) return sqlite3_result_null(context);
  const auto count = static_cast<double>(group->values.size());
  double sum = 0;
  for (const double value : group->values) sum += value;
  const double mean = sum / count;
  double squares = 0;
  for (const double value : group->values) squares += (value - mean) * (value - mean);
  sqlite3_result_double(context, std::sqrt(squares / (count - 1)));
}

/// Between two neighbours the quantile is interpolated, as by numpy.quantile.
void end_quantile(sqlite3_context* context) {
  const std::unique_ptr<GroupedNumbers> group = ended_group(context);
  if (group == nullptr || group->values.empty()) return sqlite3_result_null(context);
  std::vector<double>& values = group->values;
  const double place = group->quantile * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(place);
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  const double low = *at;
  const auto next = std::min_element(at + 1, values.end());
  const double high = next == values.end() ? low : *next;
  const double share = place - static_cast<double>(below);
  // std::lerp would make NaN of two equal infinities.
  sqlite3_result_double(context, low == high ? low : std::lerp(low, high, share));
}

}  // namespace

void add_aggregates(const Database& database) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const auto add = [&](const char* name, int arguments, auto* step, auto* end) {
    const int code = sqlite3_create_function_v2(database.handle(), name, arguments, flags, nullptr, nullptr,
                                                step, end, nullptr);
    if (code != SQLITE_OK) database.fail(code);
  };
  add("stdev", 1, step_numbers, end_stdev);
  add("median", 1, step_numbers, end_quantile);
  add("quantile", 2, step_quantile, end_quantile);
}

}  // namespace lehr::store
