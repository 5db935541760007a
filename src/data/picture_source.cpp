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
  virtual bool next(FoundPicture& file) = 0;
};

class Folder final : public Place {
 public:
  explicit Folder(const fs::path& folder) : files_(files_of_folder(folder)) {}
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

class Archive final : public Place {
 public:
  explicit Archive(const fs::path& archive) : archive_(archive), reader_(archive) {}
  bool next(FoundPicture& file) override {
    while (const std::optional<ArchiveEntry> entry = reader_.next()) {
      if (!is_picture_path(entry->path)) continue;
      file = {.name = (archive_ / entry->path).string()};
      reader_.read(file.bytes);
      return true;
    }
    return false;
  }

 private:
  fs::path archive_;
  ArchiveReader reader_;
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
        if (place_) continue;
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
