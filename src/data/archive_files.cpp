#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "data/picture_files.hpp"
#include "data/placed_file.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

using InFile = ArchiveEntry::Place;
using Held = std::vector<std::uint8_t>;

class ArchiveFiles final : public PictureFiles {
 public:
  ArchiveFiles(const std::filesystem::path& archive, const ListingLimits& limits)
      : PictureFiles(archive), limits_(limits) {
    ArchiveReader reader(archive, limits.archive);
    while (const std::optional<ArchiveEntry> entry = reader.next()) {
      if (!add(entry->path)) continue;
      if (entry->place) {
        contents_.emplace_back(*entry->place);
      } else {
        hold(reader);
      }
    }
    for (const std::string& folder : reader.folders()) add_folder(folder);
    sort();
    room_ = {};
    identity_ = identity_of(archive);
    file_ = std::make_unique<PlacedFile>(archive);
  }

  std::span<const std::uint8_t> bytes(std::int64_t file, std::vector<std::uint8_t>& room) const override {
    const std::variant<InFile, Held>& contents = contents_[slot(file)];
    if (const Held* const held = std::get_if<Held>(&contents)) return *held;
    const InFile& place = std::get<InFile>(contents);
    if (place.bytes > limits_.archive.most_file_bytes) {
      throw BadInput(fmt::format("{} is too large for a picture: expected at most {} bytes, found {}",
                                 in_quotes(std::filesystem::path(origin(file))),
                                 limits_.archive.most_file_bytes, place.bytes));
    }
    room.resize(place.bytes);
    file_->read(place.offset, room);
    return room;
  }

  std::uint64_t fingerprint(std::int64_t file) const override {
    const std::variant<InFile, Held>& contents = contents_[slot(file)];
    if (const Held* const held = std::get_if<Held>(&contents)) {
      check_beginning(*held, file);
      return fingerprint_of(*held);
    }
    const InFile& place = std::get<InFile>(contents);
    return fingerprint_in(*file_, place.offset, place.bytes, file);
  }

  std::string identity(std::int64_t file) const override {
    return fmt::format("{}\n{}", identity_, path(file));
  }

 private:
  void hold(ArchiveReader& reader) {
    reader.read(room_);
    held_bytes_ += room_.size();
    if (held_bytes_ > limits_.most_held_bytes) {
      throw BadInput(
          fmt::format("the archive {} holds more than {} bytes of pictures, the most that are kept "
                      "in memory; unpack it to a folder, or make an uncompressed .tar, which is "
                      "read in place",
                      in_quotes(place()), limits_.most_held_bytes));
    }
    contents_.emplace_back(Held(room_.begin(), room_.end()));
  }

  ListingLimits limits_;
  std::vector<std::variant<InFile, Held>> contents_;  ///< in the order of the archive
  std::unique_ptr<PlacedFile> file_;
  std::string identity_;
  std::uint64_t held_bytes_ = 0;
  Held room_;
};

}  // namespace

std::shared_ptr<const PictureFiles> files_of_archive(const std::filesystem::path& archive,
                                                     const ListingLimits& limits) {
  return std::make_shared<ArchiveFiles>(archive, limits);
}

}  // namespace lehr::data
