#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lehr::cli {

/// A table from rows of cells, the first being the header; columns as wide as they need. If it is wider than
/// `columns` characters, what does not fit follows below with the first column once more; 0: any width.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t columns = 0);

}  // namespace lehr::cli
