#include "data/csv_reader.hpp"

#include <algorithm>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr::data {
namespace {

/// Takes the line break at the start off the text. Returns false if there is none.
bool take_line_break(std::string_view& text) {
  const std::size_t bytes = text.starts_with("\r\n") ? 2 : text.starts_with('\n') ? 1 : 0;
  text.remove_prefix(bytes);
  return bytes > 0;
}

}  // namespace

CsvReader::CsvReader(std::string name, std::string_view text) : name_(std::move(name)), rest_(text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

bool CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  while (take_line_break(rest_)) ++next_line_;
  if (rest_.empty()) return false;
  line_ = next_line_;
  while (true) {
    fields.push_back(field());
    if (rest_.empty()) break;
    if (take_line_break(rest_)) {
      ++next_line_;
      break;
    }
    rest_.remove_prefix(1);  // the comma
  }
  return true;
}

std::string CsvReader::field() {
  if (rest_.starts_with('"')) return quoted_field();
  std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
  if (end < rest_.size() && rest_.substr(0, end + 1).ends_with("\r\n")) --end;
  const std::string_view found = rest_.substr(0, end);
  if (found.find('"') != std::string_view::npos) {
    throw BadInput(place() +
                   ": a quote is in the middle of a field; expected it around the whole field, and "
                   "doubled inside");
  }
  rest_.remove_prefix(end);
  return std::string(found);
}

std::string CsvReader::quoted_field() {
  std::string text;
  rest_.remove_prefix(1);
  while (true) {
    const std::size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) throw BadInput(place() + ": a quote is opened and not closed");
    text += rest_.substr(0, quote);
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) break;
    text += '"';
    rest_.remove_prefix(1);
  }
  next_line_ += std::count(text.begin(), text.end(), '\n');
  if (!rest_.empty() && !rest_.starts_with(',') && !rest_.starts_with('\n') && !rest_.starts_with("\r\n"))
    throw BadInput(place() + ": text follows a closing quote; expected a comma or the end of the line");
  return text;
}

}  // namespace lehr::data
