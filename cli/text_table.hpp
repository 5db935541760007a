#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lehr::cli {

/// Formats rows of cells as a table. The first row is the header. Columns are as wide as their
/// widest cell. If the table is wider than `columns` characters, the columns that do not fit follow
/// below, with the first column repeated. 0 means no limit.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t columns = 0);

}  // namespace lehr::cli
