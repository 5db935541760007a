#include "lehr/data/picture_source.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "data/picture_files.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {
namespace fs = std::filesystem;
namespace {

/// The files of a folder or an archive, until it ends or throws.
class Place {
 public:
  virtual ~Place() = default;
  virtual const PictureList& list() const = 0;
  virtual bool next(FoundPicture& file) = 0;
};

class Folder final : public Place {
 public:
  explicit Folder(const fs::path& folder) : files_(files_of_folder(folder)) {}
  const PictureList& list() const override { return *files_; }
  bool next(FoundPicture& file) override {
    if (done_ == files_->size()) return false;
    const std::string path = files_->origin(done_++);
    file = {.name = path, .path = path};
    return true;
  }

 private:
  std::shared_ptr<const PictureFiles> files_;
  std::int64_t done_ = 0;
};

/// The pictures of an archive by their paths, as far as it can be read.
class ArchiveList final : public PictureList {
 public:
  explicit ArchiveList(const fs::path& archive) : PictureList(archive) {
    std::size_t count = 0;
    try {
      ArchiveReader reader(archive);
      while (const std::optional<ArchiveEntry> entry = reader.next()) count += add(entry->path) ? 1 : 0;
    } catch (const BadInput&) {
      // Reading the pictures comes to the same place and says so.
    }
    sort();
    stays_.resize(count);
    for (std::int64_t file = 0; file < size(); ++file) stays_[slot(file)] = true;
  }
  /// Whether the picture with this number in the archive's order is the last one of its path.
  bool stays(std::size_t number) const { return number >= stays_.size() || stays_[number]; }

 private:
  std::vector<bool> stays_;
};

class Archive final : public Place {
 public:
  explicit Archive(const fs::path& archive) : list_(archive), reader_(archive) {}
  const PictureList& list() const override { return list_; }
  bool next(FoundPicture& file) override {
    while (const std::optional<ArchiveEntry> entry = reader_.next()) {
      if (!is_picture_path(entry->path) || !list_.stays(pictures_++)) continue;
      file = {.name = (list_.place() / entry->path).string()};
      reader_.read(file.bytes);
      return true;
    }
    return false;
  }

 private:
  ArchiveList list_;
  ArchiveReader reader_;
  std::size_t pictures_ = 0;  ///< that the reader has passed
};

bool is_archive_name(const fs::path& file) {
  static constexpr std::array<std::string_view, 6> endings{".tar",     ".tar.gz", ".tgz",
                                                           ".tar.zst", ".tzst",   ".zip"};
  const std::string name = file.filename().string();
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

class PicturesOfPaths final : public PictureSource {
 public:
  explicit PicturesOfPaths(std::function<bool(fs::path&)> next_path) : next_path_(std::move(next_path)) {}

  bool next(FoundPicture& file) override {
    for (;;) {
      try {
        if (place_ && place_->next(file)) return true;
        place_.reset();
        if (!next_path_(path_)) return false;
        open();
        if (place_ && !left_out(file)) continue;
        if (place_) return true;
        file = {.name = path_.string(), .path = path_};
      } catch (const BadInput& error) {
        place_.reset();
        file = {.name = path_.string(), .problem = error.what()};
      }
      return true;
    }
  }

 private:
  void open() {
    std::error_code error;
    if (fs::is_directory(path_, error)) {
      place_ = std::make_unique<Folder>(path_);
    } else if (is_archive_name(path_)) {
      place_ = std::make_unique<Archive>(path_);
    }
  }

  /// Gives the pictures of the place that lehr does not read, all together. False if there are none.
  bool left_out(FoundPicture& file) const {
    const PictureList& list = place_->list();
    if (list.unread_pictures().count == 0) return false;
    file = {.name = path_.string(),
            .problem = list.unread_pictures_text(),
            .files = list.unread_pictures().count};
    return true;
  }

  std::function<bool(fs::path&)> next_path_;
  fs::path path_;
  std::unique_ptr<Place> place_;
};

}  // namespace

Image decode(const FoundPicture& file, const image::ReadOptions& options) {
  if (!file.problem.empty()) throw BadInput(file.problem);
  return file.path.empty() ? image::decode(file.bytes, file.name, options) : image::read(file.path, options);
}

std::unique_ptr<PictureSource> pictures_from(std::function<bool(fs::path&)> next_path) {
  return std::make_unique<PicturesOfPaths>(std::move(next_path));
}

}  // namespace lehr::data
