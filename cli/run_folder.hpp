#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lehr::cli {

/// The folder of one run, named by the UTC time at which it was made, so that names sort by time:
/// runs/20250131-142805-3fa2, whose last part is the fraction of the second. Unless keep() is called it goes
/// again with this object and all that is in it, and so do the parents that were made for it.
class RunFolder {
 public:
  /// Throws BadInput where nothing can be written there.
  explicit RunFolder(const std::filesystem::path& parent);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path config() const { return path_ / "config.toml"; }
  std::string id() const { return path_.filename().string(); }
  void keep() { kept_ = true; }

 private:
  void make(const std::filesystem::path& parent);
  void remove() noexcept;

  std::filesystem::path path_;
  std::vector<std::filesystem::path> made_;  ///< outermost first
  bool kept_ = false;
};

}  // namespace lehr::cli
