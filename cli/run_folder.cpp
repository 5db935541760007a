#include "run_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <system_error>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/atomic_file.hpp"

namespace lehr::cli {
namespace {

std::string name_of_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto fraction = std::chrono::duration_cast<std::chrono::nanoseconds>(now - seconds).count();
  const std::time_t time = seconds.count();
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-{:04x}", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, fraction * 65536 / 1'000'000'000);
}

/// The missing folders of a path, outermost first.
std::vector<std::filesystem::path> missing_folders(std::filesystem::path folder) {
  std::vector<std::filesystem::path> missing;
  std::error_code ignored;
  while (!folder.empty() && !std::filesystem::exists(folder, ignored)) {
    missing.insert(missing.begin(), folder);
    folder = folder.parent_path();
  }
  return missing;
}

/// What a run saves is lost with its folder's name.
void sync_parent(const std::filesystem::path& folder) {
  store::sync_folder(folder.has_parent_path() ? folder.parent_path() : std::filesystem::path("."));
}

}  // namespace

RunFolder::RunFolder(const std::filesystem::path& parent) {
  if (parent.empty()) throw BadInput("the output folder has no name");
  try {
    make(parent);
  } catch (const std::filesystem::filesystem_error& failure) {
    remove();
    throw BadInput("the output folder " + in_quotes(parent) +
                   " cannot be written: " + failure.code().message());
  } catch (...) {
    remove();
    throw;
  }
}

void RunFolder::make(const std::filesystem::path& parent) {
  for (const std::filesystem::path& folder : missing_folders(parent)) {
    if (!std::filesystem::create_directory(folder)) continue;
    made_.push_back(folder);
    sync_parent(folder);
  }
  do {
    path_ = parent / name_of_now();
  } while (!std::filesystem::create_directory(path_));
  made_.push_back(path_);
  sync_parent(path_);
  if (access(path_.c_str(), W_OK | X_OK) != 0) {
    throw std::filesystem::filesystem_error("", path_, {errno, std::generic_category()});
  }
}

void RunFolder::remove() noexcept {
  std::error_code ignored;
  if (!made_.empty() && made_.back() == path_) std::filesystem::remove_all(path_, ignored);
  for (auto folder = made_.rbegin(); folder != made_.rend(); ++folder) {
    std::filesystem::remove(*folder, ignored);  // only where it is empty: somebody else may use the parents
  }
}

RunFolder::~RunFolder() {
  if (!kept_) remove();
}

}  // namespace lehr::cli
