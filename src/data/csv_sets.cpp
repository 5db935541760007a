#include "data/csv_sets.hpp"

#include <fmt/format.h>
#include <algorithm>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/class_names.hpp"
#include "data/csv_reader.hpp"
#include "data/labelled_sets.hpp"
#include "data/picture_files.hpp"
#include "image/byte_source.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

using Fields = std::vector<std::string>;

std::string contents(const std::filesystem::path& file) {
  image::ByteSource source(file);
  std::string text;
  std::array<std::uint8_t, 64 * 1024> block;
  while (const std::size_t got = source.read(block))
    text.append(reinterpret_cast<const char*>(block.data()), got);
  return text;
}

/// Which field of a row is which.
struct Columns {
  std::size_t path = 0, label = 0, count = 0;
  std::optional<std::size_t> split{};
};

/// The column with one of these names.
std::optional<std::size_t> column(const Fields& header, const std::string& place,
                                  std::initializer_list<std::string_view> names) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (std::find(names.begin(), names.end(), in_lower_case(header[i])) == names.end()) continue;
    if (found) {
      throw BadInput(fmt::format("{}: the columns {} and {} ({} and {}) mean the same; expected one of them",
                                 place, *found + 1, i + 1, in_quotes(header[*found]), in_quotes(header[i])));
    }
    found = i;
  }
  return found;
}

Columns columns_of(const Fields& header, const std::string& place) {
  const std::optional<std::size_t> path = column(header, place, {"path", "file", "filename", "image"});
  const std::optional<std::size_t> label = column(header, place, {"label", "class"});
  if (path && label) return {*path, *label, header.size(), column(header, place, {"split", "set"})};
  std::string found;
  for (const std::string& name : header) found += (found.empty() ? "" : ", ") + in_quotes(name);
  throw BadInput(
      fmt::format("{}: expected the names of the columns, with \"path\" and \"label\" (and \"split\" "
                  "if there are several sets), separated by commas; found {}",
                  place, found));
}

/// The rows of a file.
class Listing {
 public:
  explicit Listing(const std::filesystem::path& file)
      : text_(contents(file)),
        reader_(in_quotes(file), text_),
        files_(std::make_shared<ListedFiles>(file.parent_path())),
        sets_(in_quotes(file), files_) {
    Fields row;
    if (!reader_.next(row))
      throw BadInput(in_quotes(file) + " is empty; expected columns \"path\" and \"label\"");
    columns_ = columns_of(row, reader_.place());
    while (reader_.next(row)) add(row);
    if (files_->size() == 0)
      throw BadInput(in_quotes(file) + " lists no pictures; found the names of columns alone");
  }

  DataSplits make(std::int64_t most_pixels) {
    if (sets_.empty(SetKind::train))
      throw BadInput(reader_.place() + ": no row so far is of the split \"train\"");
    return sets_.make({.most_pixels = most_pixels});
  }

 private:
  void add(const Fields& row) {
    if (row.size() != columns_.count) {
      throw BadInput(fmt::format("{}: expected {}, found {}", reader_.place(),
                                 counted(columns_.count, "column"), row.size()));
    }
    const std::string& path = row[columns_.path];
    const std::string& label = row[columns_.label];
    if (path.empty()) throw BadInput(reader_.place() + ": the path is empty");
    if (label.empty()) throw BadInput(reader_.place() + ": the label is empty");
    const auto [before, is_new] = lines_.try_emplace(path, reader_.line());
    if (!is_new) {
      throw BadInput(fmt::format("{}: {} is listed in line {} too", reader_.place(),
                                 in_quotes(std::filesystem::path(path)), before->second));
    }
    const SetKind set = set_of(row);
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(files_->place() / path, ignored)) {
      throw BadInput(
          fmt::format("{}: there is no file {}", reader_.place(), in_quotes(files_->place() / path)));
    }
    files_->append(path);
    sets_.add(set, label, static_cast<std::uint32_t>(files_->size() - 1));
  }

  SetKind set_of(const Fields& row) const {
    if (!columns_.split) return SetKind::train;
    const std::string& name = row[*columns_.split];
    if (const std::optional<SetKind> set = set_named(name)) return *set;
    throw BadInput(
        fmt::format("{}: the split is {}; expected train, valid or test", reader_.place(), in_quotes(name)));
  }

  std::string text_;
  CsvReader reader_;
  std::shared_ptr<ListedFiles> files_;
  LabelledSets sets_;
  Columns columns_;
  std::unordered_map<std::string, std::int64_t> lines_;  ///< in which each path is
};

}  // namespace

DataSplits csv_data(const std::filesystem::path& file, std::int64_t most_pixels) {
  return Listing(file).make(most_pixels);
}

}  // namespace lehr::data
