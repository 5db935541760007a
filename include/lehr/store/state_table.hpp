#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lehr {

/// Rows with named, typed columns. Callbacks store series in checkpoints in this form.
///
/// As bytes, format 1, all numbers little-endian:
///
///   "lehrtbl1"                            8 bytes
///   rows, columns                         u64 each
///   for each column: its type             u8: 'i' i64, 'r' f64, 'b' bytes
///                    length of its name   u64
///                    its name             UTF-8
///                    its values           'i', 'r': 8 bytes for each row
///                                         'b': a u64 length for each row, then the bytes of all rows
///
/// A reader asks for columns by name. It ignores columns that it does not know, and may do without columns
/// that an older version did not write, so a new column needs no new format.
class StateTable {
 public:
  using Integers = std::vector<std::int64_t>;
  using Reals = std::vector<double>;
  using Bytes = std::vector<std::string>;

  /// Adds a column. Throws Error if the name is taken or the number of rows differs from the other columns'.
  void add(std::string name, Integers values) { add_column(std::move(name), std::move(values)); }
  void add(std::string name, Reals values) { add_column(std::move(name), std::move(values)); }
  void add(std::string name, Bytes values) { add_column(std::move(name), std::move(values)); }

  std::size_t rows() const { return rows_; }
  bool has(std::string_view name) const;
  /// The values of a column. Each throws BadInput if there is no such column or if it has another
  /// type. Valid until the next add().
  const Integers& integers(std::string_view name) const;
  const Reals& reals(std::string_view name) const;
  const Bytes& bytes(std::string_view name) const;

  std::string to_bytes() const;
  /// Throws BadInput if the bytes are not a table of format 1, are cut, or continue after the
  /// table. Allocates no more than a small multiple of their size.
  static StateTable from_bytes(std::string_view bytes);

 private:
  using Values = std::variant<Integers, Reals, Bytes>;
  struct Column {
    std::string name;
    Values values;
  };
  void add_column(std::string name, Values values);
  template <class Wanted>
  const Wanted& column(std::string_view name, const char* type) const;

  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

}  // namespace lehr
