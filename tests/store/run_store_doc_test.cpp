// docs/run-store.md matches the store, and its example queries run.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "store/run_support.hpp"
#include "store/sqlite.hpp"

namespace lehr::store_test {
namespace {

using namespace store;
namespace fs = std::filesystem;
using Columns = std::vector<std::pair<std::string, std::string>>;  // name, type

std::vector<std::string> page() {
  std::istringstream text(read_all(fs::path(LEHR_SOURCE_DIR) / "docs/run-store.md"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// The columns in the tables below "### name".
std::map<std::string, Columns> described() {
  std::map<std::string, Columns> tables;
  std::string table;
  for (const std::string& line : page()) {
    if (line.starts_with("#")) table = line.starts_with("### ") ? line.substr(4) : "";
    if (table.empty() || !line.starts_with("| ") || line.starts_with("| column ")) continue;
    const std::size_t name_end = line.find(" | ");
    const std::size_t type_end = line.find(" | ", name_end + 3);
    tables[table].emplace_back(line.substr(2, name_end - 2),
                               line.substr(name_end + 3, type_end - name_end - 3));
  }
  return tables;
}

/// The documented type of a view's column, because SQLite has no type for computed columns.
std::string type_said(const std::string& table, const std::string& column) {
  const Columns columns = described()[table];
  for (const auto& [name, type] : columns) {
    if (name == column) return type;
  }
  return "";
}

TEST(RunStorePage, NamesEveryTableAndColumnInOrder) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 1);
  const Database database(file, Access::read);
  std::map<std::string, Columns> there;
  Statement tables(database, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')");
  while (tables.next()) {
    Columns& columns = there[tables.text(0)];
    Statement info(database, "SELECT name, type FROM pragma_table_info(?)");
    info.with(tables.text(0));
    while (info.next()) {
      const std::string type = info.text(1);
      columns.emplace_back(info.text(0), type.empty() ? type_said(tables.text(0), info.text(0)) : type);
    }
  }
  EXPECT_EQ(described(), there);
}

TEST(RunStorePage, NamesTheVersion) {
  std::string text;
  for (const std::string& line : page()) text += line + "\n";
  EXPECT_NE(text.find("version of this schema: **" + std::to_string(schema_version) + "**"),
            std::string::npos);
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 1);
  const std::int64_t id = Database(file, Access::read).number("PRAGMA application_id");
  EXPECT_NE(text.find("application_id` is " + std::to_string(id)), std::string::npos);
}

TEST(RunStorePage, ItsQuestionsHaveAnswers) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"));
    writer.layers(layer_infos());
    auto stats = stats_rows(0);
    for (const Watched what : {Watched::weight, Watched::update})
      stats.push_back({0, 0, true, 0, what, some_stats(0, 0)});
    writer.step(step_row(0), stats);
    writer.epoch({.epoch = 0, .valid_accuracy = 0.5});
    writer.confusion({{1, 2, 0, 0, 5, 0, 3, 0, 9}});
    writer.finish({});
  }
  const RunStore store(file);
  int questions = 0;
  std::string sql;
  bool inside = false;
  for (const std::string& line : page()) {
    if (line == "```sql") {
      inside = true;
    } else if (inside && line == "```") {
      int rows = 0;
      store.query(sql, [&](auto, auto) { return ++rows > 0; });
      EXPECT_GT(rows, 0) << sql;
      ++questions;
      inside = false;
      sql.clear();
    } else if (inside) {
      sql += line + "\n";
    }
  }
  EXPECT_GE(questions, 5);
}

}  // namespace
}  // namespace lehr::store_test
