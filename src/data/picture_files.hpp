#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/archive.hpp"
#include "data/name_table.hpp"
#include "data/placed_file.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {

/// Files of a folder or an archive that are not listed as pictures.
struct OtherFiles {
  std::int64_t count = 0;
  std::string example{};  ///< the path of one of them
  void add(std::string_view path) {
    if (count++ == 0) example = path;
  }
};

/// Whether a path in a folder or an archive is that of a picture: by its ending, and not hidden.
bool is_picture_path(std::string_view path);

struct ListingLimits {
  ArchiveLimits archive{};
  /// Pictures of an archive that are kept in memory. Those of an uncompressed .tar stay in their file.
  std::uint64_t most_held_bytes = std::uint64_t{4} << 30;
  std::int64_t most_pixels = image::usual_most_pixels;  ///< of a picture that folder_data() reads later
};

/// The paths of the picture files of a folder or an archive, sorted. Which files are pictures is decided by
/// their endings (.jpg, .jpeg, .png, .webp, .tif, .tiff, .bmp; upper case too). Files and folders whose names
/// begin with a dot are left out. Immutable once it is made; several threads may read at once.
class PictureList {
 public:
  explicit PictureList(std::filesystem::path place) : place_(std::move(place)) {}
  std::int64_t size() const { return static_cast<std::int64_t>(order_.size()); }
  /// From the folder or the archive on, with "/" between folders. Its bytes may not be UTF-8.
  std::string_view path(std::int64_t file) const { return names_[slot(file)]; }
  /// The folder or archive with the path: "photos/cat/1.jpg", "photos.tar/cat/1.jpg".
  std::string origin(std::int64_t file) const;

  const std::filesystem::path& place() const { return place_; }
  /// Pictures in formats that lehr does not read, such as .heic and .gif.
  const OtherFiles& unread_pictures() const { return unread_pictures_; }
  /// A sentence about them; empty if there are none.
  std::string unread_pictures_text() const;
  /// All other files.
  const OtherFiles& others() const { return others_; }
  /// Folders without a picture in them, also not in the folders inside, that are in a folder with pictures.
  /// Of an archive, those that it lists.
  const std::vector<std::string>& empty_folders() const { return empty_folders_; }

 protected:
  ~PictureList() = default;
  PictureList(const PictureList&) = delete;
  PictureList& operator=(const PictureList&) = delete;
  /// Which file it was, in the order in which they were added.
  std::size_t slot(std::int64_t file) const { return order_[static_cast<std::size_t>(file)]; }
  /// Adds the path if it is that of a picture, and otherwise counts it. Hidden files are neither.
  bool add(std::string_view path);
  void add_folder(std::string_view path);
  /// Adds the path, whatever its ending is, after all others.
  void append(std::string_view path) {
    order_.push_back(static_cast<std::uint32_t>(names_.size()));
    names_.add(path);
  }
  /// Sorts by path. Of files with one path, the last that was added stays, as when an archive is unpacked.
  void sort();

 private:
  bool has_pictures(std::string_view folder) const;
  void keep_empty_folders();

  std::filesystem::path place_;
  NameTable names_;
  std::vector<std::uint32_t> order_;
  OtherFiles unread_pictures_, others_;
  std::vector<std::string> empty_folders_;  ///< all folders until they are sorted
};

/// The picture files of a folder or an archive.
class PictureFiles : public PictureList {
 public:
  using PictureList::PictureList;
  virtual ~PictureFiles() = default;
  /// The contents of a file. They may be in `room`, which the next call reuses. Throws BadInput if the file
  /// cannot be read.
  virtual std::span<const std::uint8_t> bytes(std::int64_t file, std::vector<std::uint8_t>& room) const = 0;

  /// A checksum of the size of a file and of the bytes in its middle. It is not 0. Throws BadInput if the
  /// file cannot be read or does not begin like that of a picture.
  virtual std::uint64_t fingerprint(std::int64_t file) const = 0;
  /// A text that changes if the file does.
  virtual std::string identity(std::int64_t file) const = 0;

 protected:
  /// Throws BadInput if a file that begins so is no picture.
  void check_beginning(std::span<const std::uint8_t> beginning, std::int64_t file) const;
  /// The fingerprint of a file that begins at `offset` of another.
  std::uint64_t fingerprint_in(const PlacedFile& whole, std::uint64_t offset, std::uint64_t size,
                               std::int64_t file) const;
};

/// Files that are read from disk when they are needed.
class FilesOnDisk : public PictureFiles {
 public:
  using PictureFiles::PictureFiles;
  std::span<const std::uint8_t> bytes(std::int64_t file, std::vector<std::uint8_t>& room) const override;
  std::uint64_t fingerprint(std::int64_t file) const override;
  std::string identity(std::int64_t file) const override;
};

/// The absolute path of a file, its size and the time of its last change. Empty if it cannot be looked at.
std::string identity_of(const std::filesystem::path& file);

/// Files in the order in which they are added. Their paths begin at `place`, or are absolute.
class ListedFiles final : public FilesOnDisk {
 public:
  using FilesOnDisk::append;
  using FilesOnDisk::FilesOnDisk;
};

/// Lists a folder with all folders inside, or reads an archive. Links are followed, but not in circles.
/// Throws BadInput if the place does not exist, a folder cannot be read, the archive is refused
/// (ArchiveReader), or its pictures are beyond a limit.
std::shared_ptr<const PictureFiles> picture_files(const std::filesystem::path& place,
                                                  const ListingLimits& limits = {});
/// The parts of picture_files().
std::shared_ptr<const PictureFiles> files_of_folder(const std::filesystem::path& folder);
std::shared_ptr<const PictureFiles> files_of_archive(const std::filesystem::path& archive,
                                                     const ListingLimits& limits = {});

}  // namespace lehr::data
