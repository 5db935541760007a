#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <vector>

#include "data/support.hpp"
#include "image/encode_png.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::data_test {

/// An entry of an archive to be written. Its type is AE_IFREG and the like; a link has a target.
struct TestEntry {
  std::string path;
  Bytes bytes{};
  unsigned type = AE_IFREG;
  std::string link{};
  std::string hard_link{};
};

enum class Packing { tar, tar_gz, tar_zst, zip };

inline void write_archive(const fs::path& file, Packing packing, const std::vector<TestEntry>& entries) {
  archive* const to = archive_write_new();
  if (packing == Packing::zip) {
    archive_write_set_format_zip(to);
  } else {
    archive_write_set_format_pax_restricted(to);
  }
  if (packing == Packing::tar_gz) archive_write_add_filter_gzip(to);
  if (packing == Packing::tar_zst) archive_write_add_filter_zstd(to);
  archive_write_open_filename(to, file.c_str());
  for (const TestEntry& given : entries) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, given.path.c_str());
    archive_entry_set_filetype(entry, given.type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(given.bytes.size()));
    if (!given.link.empty()) archive_entry_set_symlink(entry, given.link.c_str());
    if (!given.hard_link.empty()) archive_entry_set_hardlink(entry, given.hard_link.c_str());
    if (archive_write_header(to, entry) < ARCHIVE_WARN) throw std::runtime_error(archive_error_string(to));
    archive_write_data(to, given.bytes.data(), given.bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(to);
  archive_write_free(to);
}

/// The bytes of a small PNG picture. Each number gives another picture.
inline Bytes png_bytes(std::uint8_t number, const Shape& shape = {1, 4, 5}) {
  Image image;
  std::uint8_t value = number;
  for (std::uint8_t& pixel : image.reset(shape)) pixel = value = static_cast<std::uint8_t>(value * 5 + 1);
  return image::encode_png(image);
}

/// Entries with a picture each.
inline std::vector<TestEntry> pictures_at(const std::vector<std::string>& paths) {
  std::vector<TestEntry> entries;
  for (const std::string& path : paths)
    entries.push_back({path, png_bytes(static_cast<std::uint8_t>(entries.size()))});
  return entries;
}

/// Writes the same as files in a folder.
inline void write_files(const fs::path& folder, const std::vector<TestEntry>& entries) {
  for (const TestEntry& entry : entries) {
    fs::create_directories((folder / entry.path).parent_path());
    write_bytes(folder / entry.path, entry.bytes);
  }
}

}  // namespace lehr::data_test
