#include "store/run_sampling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "store/packed_stats.hpp"

namespace lehr::store {
namespace {

struct Recorded {
  std::int64_t id = 0;
  std::int64_t step = 0;
};

/// Maximum rows of statistics to read, about 1.5 kB each.
constexpr std::size_t most_rows = 200'000;

std::vector<Recorded> recorded_batches(const Database& database, std::int64_t run) {
  Statement statement(database,
                      "SELECT id, step FROM steps WHERE run = ? AND EXISTS (SELECT 1 FROM batch_stats WHERE "
                      "step_id = steps.id) "
                      "ORDER BY step, training DESC, batch");
  statement.with(run);
  std::vector<Recorded> all;
  while (statement.next()) all.push_back({statement.integer(0), statement.integer(1)});
  return all;
}

std::size_t rows_of(const Database& database, std::int64_t step_id) {
  Statement statement(database, "SELECT numbers FROM batch_stats WHERE step_id = ?");
  const bool found = statement.with(step_id).next();
  return found ? std::max<std::size_t>(unpack_numbers(statement.text(0)).size(), 1) : 1;
}

/// The smallest and largest values and their batches.
struct Ends {
  double least = std::numeric_limits<double>::infinity();
  double most = -std::numeric_limits<double>::infinity();
  std::int64_t least_at = 0;
  std::int64_t most_at = 0;

  void add(double value, std::int64_t at) {
    if (value < least) std::tie(least, least_at) = std::pair(value, at);
    if (value > most) std::tie(most, most_at) = std::pair(value, at);
  }
};

/// Ids of the batches at which a layer has its smallest or largest standard deviation or near-zero share.
std::set<std::int64_t> extremes(const Database& database, std::int64_t run) {
  std::map<int, Ends> spreads;
  std::map<int, Ends> near_zeros;
  Statement statement(database,
                      "SELECT step_id, numbers FROM batch_stats WHERE step_id IN (SELECT id FROM steps WHERE "
                      "run = ? AND training)");
  statement.with(run);
  while (statement.next()) {
    for (const StatsRow& row : unpack_numbers(statement.text(1))) {
      if (row.what != Watched::activation) continue;
      spreads[row.layer].add(row.stats.std, statement.integer(0));
      near_zeros[row.layer].add(row.stats.near_zero_abs_share(), statement.integer(0));
    }
  }
  std::set<std::int64_t> ids;
  for (const auto* all : {&spreads, &near_zeros}) {
    for (const auto& [layer, ends] : *all) ids.insert({ends.least_at, ends.most_at});
  }
  return ids;
}

}  // namespace

std::vector<std::int64_t> batches_to_read(const Database& database, std::int64_t run, std::size_t most) {
  const std::vector<Recorded> all = recorded_batches(database, run);
  std::vector<std::int64_t> ids;
  if (all.empty()) return ids;
  if (most > 0) most = std::clamp<std::size_t>(most_rows / rows_of(database, all.front().id), 1, most);
  const bool whole = most == 0 || all.size() <= most;
  const std::set<std::int64_t> kept = whole ? std::set<std::int64_t>() : extremes(database, run);
  // Takes one batch from each of `most` equal parts of the training, however densely they were recorded.
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

namespace {

/// The first and last recorded step of a run; nothing if there is none.
std::optional<std::pair<std::int64_t, std::int64_t>> ends_of(const Database& database, std::int64_t run) {
  const auto end = [&](const char* order) {
    Statement statement(
        database, std::string("SELECT step FROM steps WHERE run = ? ORDER BY step ") + order + " LIMIT 1");
    return statement.with(run).next() ? statement.integer(0) : -1;
  };
  const std::int64_t first = end("ASC");
  if (first < 0) return std::nullopt;
  return std::pair(first, end("DESC"));
}

/// The ids of at most `most` batches: those that `next_batch` finds at or behind evenly spread steps.
std::vector<std::int64_t> spread(const Database& database, std::int64_t run, std::size_t most,
                                 Statement& next_batch) {
  std::vector<std::int64_t> ids;
  const auto ends = ends_of(database, run);
  if (!ends) return ids;
  const double length = static_cast<double>(ends->second) - static_cast<double>(ends->first);
  const double stretch = length / static_cast<double>(std::max<std::size_t>(most, 2) - 1);
  std::int64_t at = ends->first;
  for (std::size_t i = 0; i < most; ++i) {
    const double place = std::floor(stretch * static_cast<double>(i));
    at = std::max(at, ends->first + static_cast<std::int64_t>(place));
    if (!next_batch.with(run, at).next()) break;
    ids.push_back(next_batch.integer(0));
    at = next_batch.integer(1) + 1;
  }
  return ids;
}

}  // namespace

bool is_longer(const Database& database, std::int64_t run, std::size_t most) {
  const auto ends = ends_of(database, run);
  return ends &&
         static_cast<double>(ends->second) - static_cast<double>(ends->first) >= static_cast<double>(most);
}

std::vector<std::int64_t> losses_spread(const Database& database, std::int64_t run, std::size_t most) {
  Statement next_batch(
      database, "SELECT id, step FROM steps WHERE run = ? AND step >= ? AND training ORDER BY step LIMIT 1");
  return spread(database, run, most, next_batch);
}

std::vector<std::int64_t> stats_spread(const Database& database, std::int64_t run, std::size_t most) {
  Statement next_batch(database,
                       "SELECT id, step FROM steps WHERE run = ? AND step >= ? AND EXISTS (SELECT 1 FROM "
                       "batch_stats WHERE step_id = steps.id) ORDER BY step LIMIT 1");
  if (!next_batch.with(run, std::int64_t{0}).next()) return {};
  const std::size_t fit = std::max<std::size_t>(most_rows / rows_of(database, next_batch.integer(0)), 1);
  return spread(database, run, most == 0 ? fit : std::min(most, fit), next_batch);
}

}  // namespace lehr::store
