#include "lehr/store/state_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view magic = "lehrtbl1";
constexpr std::string_view family = magic.substr(0, 7);
constexpr char types[] = {'i', 'r', 'b'};  // by index of the variant
constexpr std::size_t word = 8;

template <class Number>
void put(const Number& number, std::string& to) {
  to.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// Takes bytes from the front. Throws if there are not enough.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) throw BadInput("a saved table is cut");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::size_t size() {
    std::uint64_t number = 0;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    if (number > bytes_.size())
      throw BadInput("a saved table is cut");  // each number counts at least that many bytes
    return static_cast<std::size_t>(number);
  }
  template <class Number>
  std::vector<Number> take_numbers(std::size_t count) {
    if (count > bytes_.size() / sizeof(Number)) throw BadInput("a saved table is cut");
    std::vector<Number> numbers(count);
    const std::string_view from = take(count * sizeof(Number));
    if (count > 0) std::memcpy(numbers.data(), from.data(), from.size());
    return numbers;
  }
  std::vector<std::string> take_texts(std::size_t count) {
    std::vector<std::string> texts;
    for (const std::uint64_t size : take_numbers<std::uint64_t>(count)) {
      texts.emplace_back(take(size));
    }
    return texts;
  }
  bool done() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

}  // namespace

void StateTable::add_column(std::string name, Values values) {
  const std::size_t rows = std::visit([](const auto& some) { return some.size(); }, values);
  if (has(name)) throw Error("a table has two columns " + in_quotes(name));
  if (!columns_.empty() && rows != rows_) {
    throw Error("the column " + in_quotes(name) + " has " + counted(rows, "row") + ", expected " +
                std::to_string(rows_));
  }
  rows_ = rows;
  columns_.push_back({std::move(name), std::move(values)});
}

bool StateTable::has(std::string_view name) const {
  return std::ranges::find(columns_, name, &Column::name) != columns_.end();
}

template <class Wanted>
const Wanted& StateTable::column(std::string_view name, const char* type) const {
  const auto found = std::ranges::find(columns_, name, &Column::name);
  if (found == columns_.end()) throw BadInput("a saved table has no column " + in_quotes(name));
  if (const Wanted* values = std::get_if<Wanted>(&found->values)) return *values;
  throw BadInput("the column " + in_quotes(name) + " of a saved table does not hold " + type);
}

const StateTable::Integers& StateTable::integers(std::string_view name) const {
  return column<Integers>(name, "integers");
}
const StateTable::Reals& StateTable::reals(std::string_view name) const {
  return column<Reals>(name, "reals");
}
const StateTable::Bytes& StateTable::bytes(std::string_view name) const {
  return column<Bytes>(name, "bytes");
}

std::string StateTable::to_bytes() const {
  std::string all(magic);
  put(std::uint64_t{rows_}, all);
  put(std::uint64_t{columns_.size()}, all);
  for (const Column& column : columns_) {
    all += types[column.values.index()];
    put(std::uint64_t{column.name.size()}, all);
    all += column.name;
    if (const auto* texts = std::get_if<Bytes>(&column.values)) {
      for (const std::string& text : *texts) put(std::uint64_t{text.size()}, all);
      for (const std::string& text : *texts) all += text;
    } else if (const auto* integers = std::get_if<Integers>(&column.values)) {
      all.append(reinterpret_cast<const char*>(integers->data()), integers->size() * word);
    } else {
      const Reals& reals = std::get<Reals>(column.values);
      all.append(reinterpret_cast<const char*>(reals.data()), reals.size() * word);
    }
  }
  return all;
}

StateTable StateTable::from_bytes(std::string_view bytes) {
  Reader reader(bytes);
  if (!bytes.starts_with(family)) throw BadInput("a saved table was expected, found other bytes");
  if (!bytes.starts_with(magic))
    throw BadInput("a saved table is of a format that this version does not know");
  reader.take(magic.size());
  StateTable table;
  const std::size_t rows = reader.size();
  const std::size_t columns = reader.size();
  for (std::size_t i = 0; i < columns; ++i) {
    const char type = reader.take(1).front();
    std::string name(reader.take(reader.size()));
    if (table.has(name)) throw BadInput("a saved table has two columns " + in_quotes(name));
    if (type == 'i') {
      table.add(std::move(name), reader.take_numbers<std::int64_t>(rows));
    } else if (type == 'r') {
      table.add(std::move(name), reader.take_numbers<double>(rows));
    } else if (type == 'b') {
      table.add(std::move(name), reader.take_texts(rows));
    } else {
      throw BadInput("the column " + in_quotes(name) + " of a saved table has an unknown type");
    }
  }
  if (!reader.done()) throw BadInput("a saved table has bytes behind its end");
  return table;
}

}  // namespace lehr
