#include "text_table.hpp"

#include <algorithm>

namespace lehr::cli {
namespace {

using Row = std::vector<std::string>;

/// Counts characters, not bytes, because names may be in any language.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

constexpr std::size_t gap = 2;  // between columns

/// Splits a table into parts of columns that fit side by side. Each part starts with the first
/// column. `columns` is the width in characters; 0 means no limit.
std::vector<std::vector<std::size_t>> parts_of(const std::vector<std::size_t>& widths, std::size_t columns) {
  std::vector<std::vector<std::size_t>> parts;
  std::size_t used = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] == 0) continue;  // an empty column
    if (parts.empty()) {
      parts.push_back({i});
      used = widths[i];
      continue;
    }
    if (columns > 0 && used + gap + widths[i] > columns && parts.back().size() > 1) {
      const std::size_t first = parts.front().front();
      parts.push_back({first});
      used = widths[first];
    }
    used += gap + widths[i];
    parts.back().push_back(i);
  }
  return parts;
}

std::string part_of_table(const std::vector<Row>& rows, const std::vector<std::size_t>& widths,
                          const std::vector<std::size_t>& part) {
  std::string text;
  for (const Row& row : rows) {
    std::size_t missing = 0;  // blanks up to the next cell
    for (const std::size_t i : part) {
      if (i >= row.size()) break;
      text.append(missing, ' ').append(row[i]);
      missing = widths[i] - width_of(row[i]) + gap;
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t columns) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const std::vector<std::size_t>& part : parts_of(widths, columns)) {
    if (!text.empty()) text += '\n';
    text += part_of_table(rows, widths, part);
  }
  return text;
}

}  // namespace lehr::cli
