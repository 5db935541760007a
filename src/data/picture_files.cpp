#include "data/picture_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <system_error>

#include "image/byte_source.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/read.hpp"

namespace lehr::data {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t most_picture_bytes = std::uint64_t{512} << 20;

constexpr std::array picture_endings{"bmp"sv, "jpeg"sv, "jpg"sv,  "jpe"sv, "jfif"sv,
                                     "png"sv, "tif"sv,  "tiff"sv, "webp"sv};
constexpr std::array unread_endings{"arw"sv,  "avif"sv, "cr2"sv, "cr3"sv, "dng"sv, "gif"sv, "heic"sv,
                                    "heif"sv, "jp2"sv,  "jxl"sv, "nef"sv, "orf"sv, "pbm"sv, "pgm"sv,
                                    "ppm"sv,  "psd"sv,  "raw"sv, "svg"sv, "tga"sv};

/// The letters after the last dot, in lower case.
std::string ending_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != std::string_view::npos) return {};
  std::string ending(path.substr(dot + 1));
  for (char& letter : ending) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return ending;
}

template <class Endings>
bool among(const Endings& endings, std::string_view ending) {
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// Also what macOS adds to archives.
bool is_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos || path.starts_with("__MACOSX/");
}

}  // namespace

std::string PictureList::origin(std::int64_t file) const { return (place_ / path(file)).string(); }

std::string PictureList::unread_pictures_text() const {
  if (unread_pictures_.count == 0) return {};
  return fmt::format("{}: {} of formats that lehr does not read left out, such as {}", in_quotes(place_),
                     counted(unread_pictures_.count, "picture"),
                     in_quotes(std::filesystem::path(unread_pictures_.example)));
}

void PictureFiles::check_beginning(std::span<const std::uint8_t> beginning, std::int64_t file) const {
  if (!image::format_of(beginning).empty()) return;  // its name takes longer than the rest
  image::check_signature(beginning, in_quotes(std::filesystem::path(origin(file))));
}

std::uint64_t PictureFiles::fingerprint_in(const PlacedFile& whole, std::uint64_t offset, std::uint64_t size,
                                           std::int64_t file) const {
  std::array<std::uint8_t, image::signature_bytes> room;
  const std::span<std::uint8_t> beginning = std::span(room).first(std::min<std::size_t>(size, room.size()));
  whole.read(offset, beginning);
  check_beginning(beginning, file);
  return fingerprint_of(whole, offset, size);
}

bool is_picture_path(std::string_view path) {
  return !is_hidden(path) && among(picture_endings, ending_of(path));
}

bool PictureList::add(std::string_view path) {
  if (is_hidden(path)) return false;
  const std::string ending = ending_of(path);
  if (!among(picture_endings, ending)) {
    (among(unread_endings, ending) ? unread_pictures_ : others_).add(path);
    return false;
  }
  names_.add(path);
  return true;
}

void PictureList::add_folder(std::string_view path) {
  if (!is_hidden(path)) empty_folders_.emplace_back(path);
}

bool PictureList::has_pictures(std::string_view folder) const {
  const std::string start = std::string(folder) + "/";
  const auto found =
      std::lower_bound(order_.begin(), order_.end(), start,
                       [this](std::uint32_t slot, const std::string& text) { return names_[slot] < text; });
  return found != order_.end() && names_[*found].starts_with(start);
}

void PictureList::keep_empty_folders() {
  std::sort(empty_folders_.begin(), empty_folders_.end());
  empty_folders_.erase(std::unique(empty_folders_.begin(), empty_folders_.end()), empty_folders_.end());
  std::erase_if(empty_folders_, [this](const std::string& folder) {
    const std::size_t slash = folder.rfind('/');
    const bool inside_empty = slash != std::string::npos && !has_pictures(folder.substr(0, slash));
    return inside_empty || has_pictures(folder);
  });
}

void PictureList::sort() {
  order_.resize(names_.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
    const int compared = names_[a].compare(names_[b]);
    return compared != 0 ? compared < 0 : a > b;
  });
  const auto same_path = [this](std::uint32_t a, std::uint32_t b) { return names_[a] == names_[b]; };
  order_.erase(std::unique(order_.begin(), order_.end(), same_path), order_.end());
  keep_empty_folders();
}

std::span<const std::uint8_t> FilesOnDisk::bytes(std::int64_t file, std::vector<std::uint8_t>& room) const {
  const std::filesystem::path whole = place() / path(file);
  image::ByteSource source(whole);
  if (source.file_bytes() > most_picture_bytes) {
    throw BadInput(fmt::format("{} is too large for a picture: expected at most {} bytes, found {}",
                               in_quotes(whole), most_picture_bytes, source.file_bytes()));
  }
  room.resize(source.file_bytes());
  room.resize(source.read(room));
  return room;
}

std::uint64_t FilesOnDisk::fingerprint(std::int64_t file) const {
  const PlacedFile whole(place() / path(file));
  return fingerprint_in(whole, 0, whole.size(), file);
}

std::string FilesOnDisk::identity(std::int64_t file) const { return identity_of(place() / path(file)); }

std::string identity_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return fmt::format("{}\n{} {}.{:09}", std::filesystem::absolute(file).string(), status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

std::shared_ptr<const PictureFiles> picture_files(const std::filesystem::path& place,
                                                  const ListingLimits& limits) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(place, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw BadInput(in_quotes(place) + " does not exist; expected a folder or an archive");
  return std::filesystem::is_directory(status) ? files_of_folder(place) : files_of_archive(place, limits);
}

}  // namespace lehr::data
