#include "new_files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/made_folders.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;
namespace {

/// A name that leaves room for a number within the 255 bytes of a file name.
std::string shortened_stem(const fs::path& name) {
  constexpr std::size_t longest = 200;
  std::string stem = name.stem().string();
  if (stem.size() <= longest) return stem;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(stem[end]) & 0xC0U) == 0x80U) --end;
  return stem.substr(0, end);
}

void write(const fs::path& to, const data::FoundPicture& file) {
  std::error_code error;
  if (!file.path.empty()) {
    fs::copy_file(file.path, to, error);
  } else {
    std::ofstream out(to, std::ios::binary);
    out.write(reinterpret_cast<const char*>(file.bytes.data()),
              static_cast<std::streamsize>(file.bytes.size()));
    out.close();
    if (!out) error = std::error_code(errno, std::generic_category());
  }
  if (!error) return;
  std::error_code ignored;
  fs::remove(to, ignored);
  throw_not_written(to, error.value());
}

}  // namespace

NewFiles::NewFiles(const std::string& option, fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  if (fs::is_directory(folder_, error) && !fs::is_empty(folder_, error) && !error) {
    throw BadInput(option + " " + in_quotes(folder_) +
                   " has files already; expected a new or an empty folder, so that nothing is mixed or lost");
  }
  try {
    store::check_can_make(folder_);
  } catch (const fs::filesystem_error& failure) {
    throw BadInput(option + " " + in_quotes(folder_) + ": " + failure.code().message());
  }
}

fs::path NewFiles::free_path(const std::string& within, const fs::path& name) {
  const fs::path folder = within.empty() ? folder_ : folder_ / within;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw_not_written(folder, error.value());
  const std::string stem = shortened_stem(name);
  const std::string ending = name.extension().string();
  fs::path path = folder / (stem + ending);
  if (!fs::exists(fs::symlink_status(path, error))) return path;
  int& number = last_numbers_.try_emplace(path, 1).first->second;
  do {
    path = folder / (fmt::format("{}-{}{}", stem, ++number, ending));
  } while (fs::exists(fs::symlink_status(path, error)));
  return path;
}

fs::path NewFiles::add(const std::string& within, const data::FoundPicture& file) {
  const fs::path path = free_path(within, fs::path(file.name).filename());
  const fs::path part = path.string() + ".part";
  write(part, file);
  std::error_code error;
  fs::rename(part, path, error);
  if (error) throw_not_written(path, error.value());
  return path;
}

}  // namespace lehr::cli
