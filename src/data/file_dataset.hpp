#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/picture_files.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {

/// Files with their class numbers.
struct LabelledFiles {
  std::vector<std::uint32_t> files;  ///< numbers in PictureFiles
  std::vector<std::uint32_t> labels;
};

/// How the files of a data set are named and read.
struct FileUse {
  std::size_t hidden = 0;  ///< bytes at the start of each path that are no part of a sample's name
  std::int64_t most_pixels = image::usual_most_pixels;  ///< as in image::ReadOptions
};

/// Pictures in files, decoded when they are read.
class FileDataset final : public Dataset {
 public:
  FileDataset(std::shared_ptr<const PictureFiles> files, LabelledFiles chosen,
              std::shared_ptr<const std::vector<std::string>> class_names, const FileUse& use);

  std::int64_t size() const override { return std::ssize(chosen_.files); }
  std::span<const std::string> class_names() const override { return *class_names_; }
  /// These throw BadInput if there is no such sample.
  std::int64_t label(std::int64_t index) const override;
  void read(std::int64_t index, Image& picture) const override;
  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override;
  std::string origin(std::int64_t index) const override;
  std::string identity(std::int64_t index) const override { return files_->identity(file_of(index)); }
  std::string name(std::int64_t index) const override;
  std::span<const std::uint8_t> file_bytes(std::int64_t index,
                                           std::vector<std::uint8_t>& room) const override;
  std::uint64_t fingerprint(std::int64_t index) const override;

 private:
  std::int64_t file_of(std::int64_t index) const;
  std::string quoted_path(std::int64_t file) const;

  std::shared_ptr<const PictureFiles> files_;
  LabelledFiles chosen_;
  std::shared_ptr<const std::vector<std::string>> class_names_;
  FileUse use_;
};

}  // namespace lehr::data
