#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

#include "data/idx.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

namespace fs = std::filesystem;

struct SetFiles {
  fs::path images;
  fs::path labels;
};

/// Finds a file in a folder by the names that MNIST has: "train-images" and "idx3-ubyte" are joined
/// by a dash or a dot, with or without .gz.
fs::path find_file(const fs::path& folder, const std::string& stem, const std::string& kind) {
  std::string looked_for;
  for (const char* ending : {"", ".gz"}) {
    for (const char* joint : {"-", "."}) {
      const std::string name = stem + joint + kind + ending;
      std::error_code ignored;
      // If a name cannot be checked, it counts as found. Opening the file then reports why.
      const fs::file_type type = fs::symlink_status(folder / name, ignored).type();
      if (type != fs::file_type::not_found) return folder / name;
      looked_for += (looked_for.empty() ? "" : ", ") + name;
    }
  }
  throw BadInput(fmt::format("{} holds no file of {}: looked for {}", in_quotes(folder), stem, looked_for));
}

SetFiles find_set(const fs::path& folder, const std::string& set) {
  return {find_file(folder, set + "-images", "idx3-ubyte"), find_file(folder, set + "-labels", "idx1-ubyte")};
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    const bool absent = status.type() == fs::file_type::not_found;
    throw BadInput("the data folder " + in_quotes(folder) +
                   (absent ? " does not exist" : " cannot be read: " + error.message()));
  }
  if (!fs::is_directory(status)) {
    throw BadInput(in_quotes(folder) + " is not a folder; expected the folder of MNIST's IDX files");
  }
}

struct LoadedSet {
  IdxImages images;
  std::vector<std::uint8_t> labels;
};

LoadedSet load_set(const SetFiles& files) {
  LoadedSet set{.images = {}, .labels = read_idx_labels(files.labels)};
  set.images = read_idx_images(files.images);
  if (set.images.count != static_cast<std::int64_t>(set.labels.size())) {
    throw BadInput(fmt::format("{} holds {}, but {} holds {}; expected as many of each",
                               in_quotes(files.images), counted(set.images.count, "image"),
                               in_quotes(files.labels), counted(set.labels.size(), "label")));
  }
  return set;
}

bool worth_two_threads(const std::array<SetFiles, 2>& files) {
  constexpr std::uintmax_t large = 256 * 1024;
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(files[1].images, error);
  return !error && bytes > large;
}

/// Loads the two sets in parallel, because decompression takes most of the time. If both fail,
/// the error of the first set is reported.
std::array<LoadedSet, 2> load_sets(const std::array<SetFiles, 2>& files) {
  std::array<LoadedSet, 2> sets;
  std::array<std::exception_ptr, 2> failures;
  parallel_for(2, worth_two_threads(files) ? 1 : 2,
               [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
                 for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                   try {
                     sets[i] = load_set(files[i]);
                   } catch (...) {
                     failures[i] = std::current_exception();
                   }
                 }
               });
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  return sets;
}

/// MNIST and Fashion-MNIST have ten classes, even if a small excerpt lacks some. EMNIST has more.
std::vector<std::string> class_names(const std::vector<std::uint8_t>& train_labels) {
  constexpr int usual_classes = 10;
  const int classes =
      std::max(usual_classes, *std::max_element(train_labels.begin(), train_labels.end()) + 1);
  std::vector<std::string> names;
  for (int c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

void check_fit(const std::array<SetFiles, 2>& files, const std::array<LoadedSet, 2>& sets,
               std::size_t classes) {
  const auto& [train, valid] = sets;
  if (train.images.height != valid.images.height || train.images.width != valid.images.width) {
    throw BadInput(fmt::format("{} holds images of {} x {}; expected {} x {} as in {}",
                               in_quotes(files[1].images), valid.images.height, valid.images.width,
                               train.images.height, train.images.width, in_quotes(files[0].images)));
  }
  for (std::size_t i = 0; i < valid.labels.size(); ++i) {
    if (valid.labels[i] < classes) continue;
    throw BadInput(fmt::format("{}: label {} is {}; expected less than {}, the number of classes in {}",
                               in_quotes(files[1].labels), i, valid.labels[i], classes,
                               in_quotes(files[0].labels)));
  }
}

std::shared_ptr<const Dataset> make_dataset(LoadedSet&& set, std::vector<std::string> names) {
  const Shape shape{1, set.images.height, set.images.width};
  return std::make_shared<MemoryDataset>(shape, std::move(set.images.pixels), std::move(set.labels),
                                         std::move(names));
}

}  // namespace

DataSplits mnist(const fs::path& folder) {
  check_folder(folder);
  const std::array<SetFiles, 2> files{find_set(folder, "train"), find_set(folder, "t10k")};
  std::array<LoadedSet, 2> sets = load_sets(files);
  const std::vector<std::string> names = class_names(sets[0].labels);
  check_fit(files, sets, names.size());
  const std::shared_ptr<const Dataset> test = make_dataset(std::move(sets[1]), names);
  return {.source = "mnist:" + folder.string(),
          .train = make_dataset(std::move(sets[0]), names),
          .valid = test,
          .test = test};
}

}  // namespace lehr::data
