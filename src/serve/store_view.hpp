#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lehr/store/run_store.hpp"

namespace lehr::serve {

/// A run as the list shows it.
struct RunLine {
  store::RunInfo info{};
  std::int64_t epochs = 0;           ///< done
  std::int64_t batches = 0;          ///< trained on
  std::optional<double> accuracy{};  ///< of the last epoch
  bool validated = false;            ///< whether it is of the validation set, not of the training set
  std::string stamp{};               ///< differs if the run's records have changed
};

/// A store that others write to, for one thread.
class StoreView {
 public:
  /// Throws BadInput if the store is missing or damaged.
  explicit StoreView(std::filesystem::path file);

  /// Whether the files have changed since the last call. Costs two calls of the system.
  bool changed();
  /// Opens the store again if the file was replaced by another one.
  void follow_file();
  /// The newest runs, at most 1,000, newest first.
  std::vector<RunLine> lines();
  const store::RunStore& runs() const { return store_; }

 private:
  /// Device, inode, size and time of a file.
  using FileMark = std::vector<std::int64_t>;
  static FileMark mark_of(const std::filesystem::path& file);

  std::filesystem::path file_;
  FileMark identity_;
  FileMark seen_;
  store::RunStore store_;
};

}  // namespace lehr::serve
