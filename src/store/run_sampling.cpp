#include "store/run_sampling.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "store/packed_stats.hpp"

namespace lehr::store {
namespace {

struct Recorded {
  std::int64_t id = 0;
  std::int64_t step = 0;
};

/// Rows of statistics that are read at most, about 1.5 kB each.
constexpr std::size_t most_rows = 200'000;

std::vector<Recorded> recorded_batches(const Database& database, std::int64_t run) {
  Statement statement(
      database,
      "SELECT id, step FROM steps WHERE run = ? AND EXISTS (SELECT 1 FROM stats WHERE step_id = steps.id) "
      "ORDER BY step, training DESC, batch");
  statement.with(run);
  std::vector<Recorded> all;
  while (statement.next()) all.push_back({statement.integer(0), statement.integer(1)});
  return all;
}

std::size_t rows_of(const Database& database, std::int64_t step_id) {
  Statement statement(database, "SELECT json_array_length(numbers) FROM stats WHERE step_id = ?");
  const bool found = statement.with(step_id).next();
  return found ? static_cast<std::size_t>(std::max<std::int64_t>(statement.integer(0), 1)) : 1;
}

/// A value with the batch that has it.
struct Extreme {
  double value = 0;
  std::int64_t id = 0;
};

/// The least and the largest value of a series.
struct Range {
  std::optional<Extreme> least{};
  std::optional<Extreme> largest{};

  void see(double value, std::int64_t id) {
    if (!least || value < least->value) least = {value, id};
    if (!largest || value > largest->value) largest = {value, id};
  }
};

/// Ids of the batches at which a layer has its least or largest spread or near-zero share.
std::set<std::int64_t> extremes(const Database& database, const std::vector<Recorded>& batches) {
  std::map<std::pair<int, const char*>, Range> ranges;
  Statement statement(database, "SELECT numbers FROM stats WHERE step_id = ?");
  for (const Recorded& batch : batches) {
    if (!statement.with(batch.id).next()) continue;
    for (const StatsRow& row : unpack_numbers(statement.text(0))) {
      if (row.what != Watched::activation) continue;
      ranges[{row.layer, "std"}].see(row.stats.std, batch.id);
      ranges[{row.layer, "near zero"}].see(row.stats.near_zero_share(), batch.id);
    }
  }
  std::set<std::int64_t> ids;
  for (const auto& [of, range] : ranges) ids.insert({range.least->id, range.largest->id});
  return ids;
}

}  // namespace

std::vector<std::int64_t> batches_to_read(const Database& database, std::int64_t run, std::size_t most) {
  const std::vector<Recorded> all = recorded_batches(database, run);
  std::vector<std::int64_t> ids;
  if (all.empty()) return ids;
  if (most > 0) most = std::clamp<std::size_t>(most_rows / rows_of(database, all.front().id), 1, most);
  const bool whole = most == 0 || all.size() <= most;
  const std::set<std::int64_t> kept = whole ? std::set<std::int64_t>() : extremes(database, all);
  // One of each of `most` stretches of the training, however densely each was recorded.
  const double stretch = static_cast<double>(all.back().step - all.front().step + 1) /
                         static_cast<double>(std::max<std::size_t>(most, 1));
  double next = 0;
  for (const Recorded& batch : all) {
    const auto at = static_cast<double>(batch.step - all.front().step);
    const bool in_turn = at >= next;
    if (in_turn) next = (std::floor(at / stretch) + 1) * stretch;
    if (whole || in_turn || kept.contains(batch.id)) ids.push_back(batch.id);
  }
  return ids;
}

}  // namespace lehr::store
