#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lehr/image/image.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {

/// A file that should be a picture.
struct FoundPicture {
  std::string name;                   ///< for messages and tables: its path
  std::filesystem::path path{};       ///< empty for a file in an archive
  std::vector<std::uint8_t> bytes{};  ///< the contents of a file in an archive
  std::string problem{};              ///< why there is nothing to decode, such as a damaged archive
  std::int64_t files = 1;             ///< for how many files this stands: those with one problem
};

/// Decodes the file. Throws BadInput like image::read, and with `problem` if there is one. Several
/// threads may decode different files at once.
Image decode(const FoundPicture& file, const image::ReadOptions& options = {});

/// Picture files, one after the other.
class PictureSource {
 public:
  virtual ~PictureSource() = default;
  /// Gives the next file. Returns false at the end. What cannot be listed or unpacked is a file with
  /// a `problem`, and so are the pictures of a folder or an archive in formats that lehr does not read,
  /// all together. Throws DiskError if the disk fails.
  virtual bool next(FoundPicture& file) = 0;
};

/// The pictures behind a sequence of paths: files as they are, all pictures of folders with the
/// folders inside, in the order of their names, and those of archives (.tar, .tar.gz, .tar.zst, .zip)
/// in the archive's order. Lists an archive first, and then reads it as a stream, one picture at a time. Of
/// files with one path, the last counts, as if it were unpacked. `next_path` gives the next path and
/// returns false at the end.
std::unique_ptr<PictureSource> pictures_from(std::function<bool(std::filesystem::path&)> next_path);

}  // namespace lehr::data
