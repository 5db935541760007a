#include "run/run_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <system_error>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/atomic_file.hpp"

namespace lehr::run {
namespace {

std::string timestamp_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto fraction = std::chrono::duration_cast<std::chrono::nanoseconds>(now - seconds).count();
  const std::time_t time = seconds.count();
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}-{:04x}", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, fraction * 65536 / 1'000'000'000);
}

/// Flushes the parent's entries. If the folder's name were lost in a crash, everything in the
/// folder would be lost.
void sync_parent(const std::filesystem::path& folder) {
  store::sync_folder(folder.has_parent_path() ? folder.parent_path() : std::filesystem::path("."));
}

}  // namespace

void throw_not_written(const std::filesystem::path& folder,
                       const std::filesystem::filesystem_error& failure) {
  const std::string message =
      "the output folder " + in_quotes(folder) + " cannot be written: " + failure.code().message();
  if (is_of_the_disk(failure.code().value())) throw DiskError(message);
  throw BadInput(message);
}

RunFolder::RunFolder(const std::filesystem::path& parent) {
  if (parent.empty()) throw BadInput("the output folder has no name");
  try {
    make(parent);
  } catch (const std::filesystem::filesystem_error& failure) {
    remove();
    throw_not_written(parent, failure);
  } catch (...) {
    remove();
    throw;
  }
}

void RunFolder::make(const std::filesystem::path& parent) {
  parents_.emplace(parent);
  std::filesystem::path path;
  do {
    path = parent / timestamp_name();
  } while (!std::filesystem::create_directory(path));
  path_ = path;
  sync_parent(path_);
  if (access(path_.c_str(), W_OK | X_OK) != 0) {
    throw std::filesystem::filesystem_error("", path_, {errno, std::generic_category()});
  }
}

void RunFolder::remove() noexcept {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  parents_.reset();
}

RunFolder::~RunFolder() {
  if (kept_) {
    parents_->keep();
  } else {
    remove();
  }
}

}  // namespace lehr::run
