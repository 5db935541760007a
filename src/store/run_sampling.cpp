#include "store/run_sampling.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

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
  Statement statement(database, "SELECT count(*) FROM stats WHERE step_id = ?");
  const bool found = statement.with(step_id).next();
  return found ? static_cast<std::size_t>(std::max<std::int64_t>(statement.integer(0), 1)) : 1;
}

/// Ids of the batches at which a layer has its least or largest spread or near-zero share.
std::set<std::int64_t> extremes(const Database& database, std::int64_t run) {
  std::set<std::int64_t> ids;
  for (const char* extreme : {"min(std)", "max(std)", "min(1.0 * near_zero / max(count, 1))",
                              "max(1.0 * near_zero / max(count, 1))"}) {
    // SQLite takes the other columns of such a query from the row that has the extreme.
    Statement statement(database, std::string("SELECT step_id, ") + extreme +
                                      " FROM stats WHERE step_id IN (SELECT id FROM steps WHERE run = ? AND training) "
                                      "AND tensor = 'activation' GROUP BY layer");
    statement.with(run);
    while (statement.next()) ids.insert(statement.integer(0));
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
  // One of each of `most` stretches of the training, however densely each was recorded.
  const double stretch =
      static_cast<double>(all.back().step - all.front().step + 1) / static_cast<double>(std::max<std::size_t>(most, 1));
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
