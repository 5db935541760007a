#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lehr::data {

/// The rows of a CSV text (RFC 4180): fields between commas, in double quotes if they hold commas, quotes or
/// line breaks. Lines end in LF or CRLF. Empty lines are left out, and a byte order mark at the start.
class CsvReader {
 public:
  /// `name`: the file in quotes, for messages. The text must outlive the reader.
  CsvReader(std::string name, std::string_view text);

  /// Reads the next row. Returns false at the end. Throws BadInput with the line if a quote is not closed or
  /// is in the middle of a field.
  bool next(std::vector<std::string>& fields);
  /// Where the last row began, from 1.
  std::int64_t line() const { return line_; }
  /// "FILE, line 3"
  std::string place() const { return name_ + ", line " + std::to_string(line_); }

 private:
  std::string field();
  std::string quoted_field();

  std::string name_;
  std::string_view rest_;
  std::int64_t line_ = 0;
  std::int64_t next_line_ = 1;
};

}  // namespace lehr::data
