#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/picture_store.hpp"

namespace lehr::data {

/// Writes a PictureStore that appears whole or not at all. What is written before goes to a file with ".part"
/// behind its name, which the next writer reuses if this one is killed. Nothing is flushed: a store that a
/// power cut has damaged is noticed when it is read.
class PictureStoreWriter {
 public:
  /// Null if another process is writing the same store. Throws BadInput or DiskError if the
  /// file cannot be made. The store will have at most `most_bytes`.
  static std::unique_ptr<PictureStoreWriter> begin(const std::filesystem::path& file,
                                                   std::uint64_t most_bytes);
  /// Removes what was written, unless commit() has been called.
  ~PictureStoreWriter();
  PictureStoreWriter(const PictureStoreWriter&) = delete;
  PictureStoreWriter& operator=(const PictureStoreWriter&) = delete;

  /// Adds a picture. Several threads may call it at once. Returns false if there was no room for one, or if a
  /// write has failed.
  bool add(std::uint64_t identity, const Image& picture);
  /// Whether pictures can still be added.
  bool is_open() const;
  /// Makes the store of all pictures that were added. Throws DiskError or BadInput if a write has failed.
  void commit(std::uint64_t wanted);

 private:
  PictureStoreWriter(std::filesystem::path file, int descriptor, std::uint64_t most_bytes);
  bool reserve(StoredPicture& picture);
  bool write(std::uint64_t offset, std::span<const std::uint8_t> bytes);

  std::filesystem::path file_, part_;
  int descriptor_;
  std::uint64_t most_bytes_;
  mutable std::mutex mutex_;
  std::uint64_t next_ = sizeof(StoreHeader);
  std::vector<StoredPicture> pictures_;
  bool full_ = false;
  int failure_ = 0;  ///< the errno value of the first write that failed
  bool committed_ = false;
};

}  // namespace lehr::data
