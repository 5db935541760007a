#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/run_store.hpp"

namespace lehr::cli {

enum class RowFormat { csv, jsonl, table };

/// Throws BadInput with the nearest name if there is no such format.
RowFormat row_format_by_name(const std::string& name);

/// Whether a text is the beginning of an export with these columns: its header, or the names in its
/// first object.
bool is_export(std::string_view beginning, RowFormat format, std::span<const std::string> columns);

/// Writes the rows of a query. CSV has its header even if there are no rows. Numbers keep every
/// digit. Values that are not finite are empty, or null in JSON.
void write_rows(const store::RunStore& store, const std::string& sql, RowFormat format, std::ostream& out);

/// The names of what can be exported of a run: "epochs", "histograms", "layers", "stats", "steps".
std::vector<std::string> export_tables();
/// The query for one of these tables. Throws BadInput with the nearest name if there is no such
/// table.
std::string export_sql(const store::RunStore& store, const std::string& table, const std::string& run);

}  // namespace lehr::cli
