#include "data/file_dataset.hpp"

#include <utility>

#include "lehr/core/text.hpp"

namespace lehr::data {

FileDataset::FileDataset(std::shared_ptr<const PictureFiles> files, LabelledFiles chosen,
                         std::shared_ptr<const std::vector<std::string>> class_names, const FileUse& use)
    : files_(std::move(files)), chosen_(std::move(chosen)), class_names_(std::move(class_names)), use_(use) {}

std::int64_t FileDataset::file_of(std::int64_t index) const {
  check_sample(*this, index, "the dataset");
  return chosen_.files[static_cast<std::size_t>(index)];
}

std::int64_t FileDataset::label(std::int64_t index) const {
  check_sample(*this, index, "the dataset");
  return chosen_.labels[static_cast<std::size_t>(index)];
}

void FileDataset::read(std::int64_t index, Image& picture) const {
  static thread_local std::vector<std::uint8_t> room;
  const std::int64_t file = file_of(index);
  image::decode(files_->bytes(file, room), picture, quoted_path(file), {.most_pixels = use_.most_pixels});
}

std::unique_ptr<image::UnreadPicture> FileDataset::open(std::int64_t index) const {
  const std::int64_t file = file_of(index);
  image::FileBytes contents;
  contents.bytes = files_->bytes(file, contents.room);
  return image::open(std::move(contents), quoted_path(file), {.most_pixels = use_.most_pixels});
}

std::string FileDataset::quoted_path(std::int64_t file) const {
  return in_quotes(std::filesystem::path(files_->origin(file)));
}

std::span<const std::uint8_t> FileDataset::file_bytes(std::int64_t index,
                                                      std::vector<std::uint8_t>& room) const {
  return files_->bytes(file_of(index), room);
}

std::uint64_t FileDataset::fingerprint(std::int64_t index) const {
  return files_->fingerprint(file_of(index));
}

std::string FileDataset::origin(std::int64_t index) const { return files_->origin(file_of(index)); }

std::string FileDataset::name(std::int64_t index) const {
  return std::string(files_->path(file_of(index)).substr(use_.hidden));
}

}  // namespace lehr::data
