#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lehr::data {

/// A folder that appears whole or not at all. Files are written to a sibling folder with a
/// temporary name, which commit() renames. Without commit(), everything is removed.
class StagingFolder {
 public:
  /// Throws BadInput if `target` exists and is not an empty folder, or if the sibling cannot be
  /// made. Makes missing parent folders.
  explicit StagingFolder(const std::filesystem::path& target);
  ~StagingFolder();
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

  /// These throw BadInput with the file (at its final place) and the system's reason. They may be
  /// called from several threads at once.
  void make_folder(const std::filesystem::path& relative) const;
  void write_file(const std::filesystem::path& relative, std::span<const std::uint8_t> bytes) const;
  /// Writes the pieces that next() returns, until one is empty.
  using NextPiece = std::function<std::span<const std::uint8_t>()>;
  void write_file(const std::filesystem::path& relative, const NextPiece& next) const;

  /// Flushes everything to the disk and renames the folder.
  void commit();

 private:
  void make_parents();
  void make_sibling();
  void discard() noexcept;
  std::filesystem::path target_;
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> made_parents_;  // outermost first
  bool committed_ = false;
};

}  // namespace lehr::data
