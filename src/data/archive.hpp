#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lehr::data {

/// What an archive may hold. One that holds more is refused before it takes time or memory.
struct ArchiveLimits {
  std::int64_t most_entries = 2'000'000;
  /// An archive may expand to this many bytes, or to `most_ratio` times its own size if that is more.
  std::uint64_t usual_bytes = std::uint64_t{1} << 30;
  std::uint64_t most_ratio = 200;
  std::uint64_t most_file_bytes = std::uint64_t{512} << 20;  ///< of one file that is read
};

/// A file of an archive.
struct ArchiveEntry {
  std::string path;  ///< with "/" between folders, without "./"; its bytes may not be UTF-8
  /// Where its bytes lie in the archive's file, if they are stored there as they are.
  struct Place {
    std::uint64_t offset = 0, bytes = 0;
  };
  std::optional<Place> place{};
};

/// The files of a .tar, .tar.gz, .tar.zst or .zip, in the archive's order. The name of the archive does not
/// matter. Nothing is unpacked to disk.
class ArchiveReader {
 public:
  /// Throws BadInput if the file is missing or is no such archive.
  explicit ArchiveReader(std::filesystem::path file, const ArchiveLimits& limits = {});
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// The next file; nothing at the end. Folders are left out. Throws BadInput if the archive is damaged, is
  /// beyond a limit, or holds what a set of pictures needs not: a link, a device, an absolute path or one
  /// with "..".
  std::optional<ArchiveEntry> next();
  /// The folders among the entries so far.
  const std::vector<std::string>& folders() const;
  /// Reads the contents of the file that next() returned last. May be called once for each file. Throws
  /// BadInput if they are damaged or beyond a limit.
  void read(std::vector<std::uint8_t>& bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr::data
