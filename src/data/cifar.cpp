#include "data/cifar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/archive.hpp"
#include "image/byte_source.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr std::int64_t side = 32;
constexpr std::size_t plane = side * side;
constexpr std::size_t picture_bytes = 3 * plane;

/// How one of the two sets is stored.
struct Format {
  std::string name;
  std::vector<std::string> train;  ///< files
  std::string test;                ///< file
  std::string class_names;         ///< file, a name a line; numbers if it is missing
  std::size_t classes;
  std::size_t labels;  ///< bytes before each picture; the last is the class
};

std::vector<std::string> files_of(const Format& format) {
  std::vector<std::string> names = format.train;
  names.push_back(format.test);
  return names;
}

/// The files of the set, by their names.
struct Files {
  std::map<std::string, Bytes> bytes{};
  std::map<std::string, std::string> origins{};
};

bool is_wanted(const Format& format, const std::string& name) {
  const std::vector<std::string> names = files_of(format);
  return name == format.class_names || std::find(names.begin(), names.end(), name) != names.end();
}

void read_file(const fs::path& file, Files& files) {
  image::ByteSource source(file);
  Bytes bytes(source.file_bytes());
  bytes.resize(source.read(bytes));
  const std::string name = file.filename().string();
  files.origins[name] = file.string();
  files.bytes[name] = std::move(bytes);
}

/// The folder itself or one in it, whichever holds the test file.
fs::path folder_with(const Format& format, const fs::path& place) {
  std::error_code error;
  if (fs::exists(place / format.test, error)) return place;
  for (const fs::directory_entry& entry : fs::directory_iterator(place, error)) {
    if (fs::exists(entry.path() / format.test, error)) return entry.path();
  }
  return place;
}

Files read_folder(const Format& format, const fs::path& place) {
  const fs::path folder = folder_with(format, place);
  Files files;
  std::vector<std::string> names = files_of(format);
  names.push_back(format.class_names);
  for (const std::string& name : names) {
    std::error_code error;
    if (fs::exists(folder / name, error)) read_file(folder / name, files);
  }
  return files;
}

Files read_archive(const Format& format, const fs::path& place) {
  Files files;
  ArchiveReader reader(place);
  while (const std::optional<ArchiveEntry> entry = reader.next()) {
    const std::string name = fs::path(entry->path).filename().string();
    if (!is_wanted(format, name)) continue;
    files.origins[name] = (place / entry->path).string();
    reader.read(files.bytes[name]);
  }
  return files;
}

Files read_files(const Format& format, const fs::path& place) {
  std::error_code error;
  const fs::file_status status = fs::status(place, error);
  if (status.type() == fs::file_type::not_found)
    throw BadInput(in_quotes(place) + " does not exist; expected the folder or .tar.gz of " + format.name);
  Files files = fs::is_directory(status) ? read_folder(format, place) : read_archive(format, place);
  for (const std::string& name : files_of(format)) {
    if (files.bytes.contains(name)) continue;
    throw BadInput(fmt::format("{} lacks the file {}; expected the binary version of {}", in_quotes(place),
                               name, format.name));
  }
  return files;
}

/// Pictures and labels of one set.
class Set {
 public:
  void add(const Format& format, const Bytes& bytes, const std::string& origin) {
    const std::size_t record = format.labels + picture_bytes;
    if (bytes.empty() || bytes.size() % record != 0) {
      throw BadInput(
          fmt::format("{} has {}; expected a multiple of {}, the size of a picture of {} with its label",
                      in_quotes(fs::path(origin)), counted(bytes.size(), "byte"), record, format.name));
    }
    for (std::size_t at = 0; at < bytes.size(); at += record) {
      const std::uint8_t label = bytes[at + format.labels - 1];
      if (label >= format.classes) {
        throw BadInput(fmt::format("{}: the label of picture {} is {}; expected less than {}",
                                   in_quotes(fs::path(origin)), at / record, label, format.classes));
      }
      labels_.push_back(label);
      add_picture(std::span(bytes).subspan(at + format.labels, picture_bytes));
    }
  }

  std::shared_ptr<const Dataset> dataset(std::vector<std::string> class_names) && {
    return std::make_shared<MemoryDataset>(Shape{3, side, side}, std::move(pixels_), std::move(labels_),
                                           std::move(class_names));
  }

 private:
  /// Three planes become pixels.
  void add_picture(std::span<const std::uint8_t> planes) {
    const std::size_t start = pixels_.size();
    pixels_.resize(start + picture_bytes);
    for (std::size_t i = 0; i < picture_bytes; ++i) pixels_[start + i] = planes[i % 3 * plane + i / 3];
  }

  Bytes pixels_;
  Bytes labels_;
};

std::vector<std::string> class_names_of(const Format& format, const Files& files) {
  std::vector<std::string> names;
  const auto found = files.bytes.find(format.class_names);
  if (found == files.bytes.end()) {
    for (std::size_t i = 0; i < format.classes; ++i) names.push_back(std::to_string(i));
    return names;
  }
  std::string name;
  for (const std::uint8_t byte : found->second) {
    if (byte == '\r') continue;
    if (byte != '\n') {
      name += static_cast<char>(byte);
    } else if (!name.empty()) {
      names.push_back(std::exchange(name, {}));
    }
  }
  if (!name.empty()) names.push_back(name);
  if (names.size() == format.classes) return names;
  throw BadInput(fmt::format("{} has {}; expected {}, a line each",
                             in_quotes(fs::path(files.origins.at(format.class_names))),
                             counted(names.size(), "class name"), format.classes));
}

DataSplits cifar(const Format& format, const fs::path& place) {
  const Files files = read_files(format, place);
  const std::vector<std::string> class_names = class_names_of(format, files);
  Set train;
  Set test;
  for (const std::string& name : format.train)
    train.add(format, files.bytes.at(name), files.origins.at(name));
  test.add(format, files.bytes.at(format.test), files.origins.at(format.test));
  DataSplits splits;
  splits.train = std::move(train).dataset(class_names);
  splits.test = std::move(test).dataset(class_names);
  splits.valid = splits.test;
  return splits;
}

}  // namespace

DataSplits cifar10(const fs::path& place) {
  std::vector<std::string> train;
  for (int i = 1; i <= 5; ++i) train.push_back(fmt::format("data_batch_{}.bin", i));
  return cifar({"CIFAR-10", train, "test_batch.bin", "batches.meta.txt", 10, 1}, place);
}

DataSplits cifar100(const fs::path& place) {
  return cifar({"CIFAR-100", {"train.bin"}, "test.bin", "fine_label_names.txt", 100, 2}, place);
}

}  // namespace lehr::data
