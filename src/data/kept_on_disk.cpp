#include "data/kept_on_disk.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "data/dataset_view.hpp"
#include "data/pass_progress.hpp"
#include "data/picture_store.hpp"
#include "data/picture_store_writer.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t unknown = 0;  // of a picture without an identity

/// A set with the identities of its pictures.
struct KnownSet {
  std::shared_ptr<const Dataset> dataset{};
  std::vector<std::uint64_t> identities{};
};

std::uint64_t identity_of(const Dataset& dataset, std::int64_t sample) {
  const std::string text = dataset.identity(sample);
  if (text.empty()) return unknown;
  Hash hash;
  hash.add(text);
  return std::max<std::uint64_t>(1, hash.value());
}

KnownSet known(std::shared_ptr<const Dataset> dataset) {
  KnownSet set{std::move(dataset)};
  if (!set.dataset || set.dataset->in_memory()) return set;
  set.identities.resize(static_cast<std::size_t>(set.dataset->size()), unknown);
  parallel_for(set.dataset->size(), 64, [&set](std::int64_t begin, std::int64_t end, int /*thread*/) {
    for (std::int64_t i = begin; i < end; ++i)
      set.identities[static_cast<std::size_t>(i)] = identity_of(*set.dataset, i);
  });
  if (std::ranges::count(set.identities, unknown) == std::ssize(set.identities)) set.identities.clear();
  return set;
}

/// A picture of a store, or of its file if the store is damaged.
class StoredUnread final : public image::UnreadPicture {
 public:
  StoredUnread(const PictureStore& store, const StoredPicture& picture, const Dataset& dataset,
               std::int64_t sample)
      : store_(store), picture_(picture), dataset_(dataset), sample_(sample) {}
  image::Size size() const override { return {picture_.width, picture_.height}; }
  void read(const image::Part& part, Image& to) override {
    if (store_.read(picture_, part, to)) return;
    Image whole;
    dataset_.read(sample_, whole);
    image::crop(whole, part, to);
  }

 private:
  const PictureStore& store_;
  const StoredPicture& picture_;
  const Dataset& dataset_;
  std::int64_t sample_;
};

class KeptOnDisk final : public DatasetView {
 public:
  KeptOnDisk(KnownSet set, std::shared_ptr<const PictureStore> store, std::int64_t most_pixels)
      : DatasetView(std::move(set.dataset)),
        identities_(std::move(set.identities)),
        store_(std::move(store)),
        most_pixels_(most_pixels) {}

  void read(std::int64_t index, Image& picture) const override {
    const StoredPicture* const stored = find(index);
    if (stored == nullptr || !store_->read(*stored, picture)) dataset().read(index, picture);
  }
  std::unique_ptr<image::UnreadPicture> open(std::int64_t index) const override {
    const StoredPicture* const stored = find(index);
    if (stored == nullptr) return dataset().open(index);
    return std::make_unique<StoredUnread>(*store_, *stored, dataset(), index);
  }
  std::string identity(std::int64_t index) const override { return dataset().identity(index); }

 private:
  /// Null also if the picture is beyond the limit: the data set below then refuses it.
  const StoredPicture* find(std::int64_t index) const {
    if (index < 0 || index >= size()) return nullptr;
    const StoredPicture* const stored = store_->find(identities_[static_cast<std::size_t>(index)]);
    const bool allowed = stored != nullptr && std::int64_t{stored->width} * stored->height <= most_pixels_;
    return allowed ? stored : nullptr;
  }

  std::vector<std::uint64_t> identities_;
  std::shared_ptr<const PictureStore> store_;
  std::int64_t most_pixels_;
};

/// The same number for any order of the sets and their pictures.
std::uint64_t hash_of_wanted(std::span<const KnownSet> sets) {
  std::uint64_t sum = 1;
  for (const KnownSet& set : sets) {
    for (const std::uint64_t identity : set.identities) sum += identity;
  }
  return sum;
}

bool has_all(const PictureStore& store, std::span<const KnownSet> sets) {
  return std::ranges::all_of(sets, [&store](const KnownSet& set) {
    return std::ranges::all_of(
        set.identities, [&store](std::uint64_t one) { return one == unknown || store.find(one) != nullptr; });
  });
}

/// Whether it need not be written anew: it has what is wanted, or what of it had room.
bool is_current(const PictureStore& store, std::span<const KnownSet> sets, std::uint64_t most_bytes) {
  if (store.header().wanted != hash_of_wanted(sets)) return has_all(store, sets);
  constexpr double worthwhile = 1.25;  // free space varies
  return store.header().limit == 0 ||
         static_cast<double>(most_bytes) < worthwhile * static_cast<double>(store.header().limit);
}

/// Bytes of the other stores in the folder.
std::uint64_t bytes_of_others(const fs::path& file) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(file.parent_path(), error)) {
    if (entry.path() == file || entry.path().extension() != file.extension()) continue;
    const std::uint64_t size = entry.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

std::uint64_t room_for(const fs::path& file, std::int64_t most_bytes) {
  std::error_code error;
  std::uint64_t room = most_bytes > 0 ? static_cast<std::uint64_t>(most_bytes) : 0;
  if (most_bytes == DataRequest::automatic_cache) {
    const fs::space_info space = fs::space(file.parent_path(), error);
    const std::uint64_t own = fs::file_size(file, error);
    room =
        ((space.available == static_cast<std::uintmax_t>(-1) ? 0 : space.available) + (error ? 0 : own)) / 2;
  }
  const std::uint64_t others = bytes_of_others(file);
  return room > others ? room - others : 0;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw_not_written(folder, error.value());
}

/// What cannot be decoded is left out; the training reports it.
void add_pictures(const KnownSet& set, const PictureStore* before, PictureStoreWriter& writer,
                  PassProgress& progress) {
  parallel_for(std::ssize(set.identities), 1, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    Image picture;
    for (std::int64_t i = begin; i < end && writer.is_open(); ++i, progress.done()) {
      const std::uint64_t identity = set.identities[static_cast<std::size_t>(i)];
      if (identity == unknown) continue;
      const StoredPicture* const stored = before != nullptr ? before->find(identity) : nullptr;
      try {
        if (stored == nullptr || !before->read(*stored, picture)) read_picture(*set.dataset, i, picture);
      } catch (const BadInput&) {
        continue;
      }
      writer.add(identity, picture);
    }
  });
}

/// The store with the pictures of these sets; null if there can be none now.
std::shared_ptr<const PictureStore> stored(const fs::path& file, std::span<const KnownSet> sets,
                                           std::int64_t most_bytes, const MeasureProgress& progress) {
  std::shared_ptr<const PictureStore> store = PictureStore::open(file);
  const std::uint64_t room = room_for(file, most_bytes);
  if (store && is_current(*store, sets, room)) return store;
  const std::unique_ptr<PictureStoreWriter> writer = PictureStoreWriter::begin(file, room);
  if (!writer) return store;
  std::int64_t total = 0;
  for (const KnownSet& set : sets) total += std::ssize(set.identities);
  PassProgress pass(total, progress);
  for (const KnownSet& set : sets) add_pictures(set, store.get(), *writer, pass);
  pass.end();
  writer->commit(hash_of_wanted(sets));
  return PictureStore::open(file);
}

fs::path file_for(const std::string& source, const fs::path& folder) {
  Hash hash;
  hash.add(absolute_name(source));
  return folder / (hash.text() + ".pictures");
}

}  // namespace

void keep_on_disk(DataSplits& splits, const DataRequest& request, const MeasureProgress& progress) {
  const fs::path& folder = request.cache_folder;
  if (folder.empty() || request.cache_folder_bytes == 0) return;
  const std::shared_ptr<const Dataset> valid = splits.valid;
  std::array<KnownSet, 2> sets{known(splits.train), known(valid)};
  if (sets[0].identities.empty() && sets[1].identities.empty()) return;
  std::shared_ptr<const PictureStore> store;
  try {
    make_folder(folder);
    store = stored(file_for(splits.source, folder), sets, request.cache_folder_bytes, progress);
  } catch (const DiskError& error) {
    splits.warnings.push_back("decoded pictures are not kept on disk: " + std::string(error.what()));
  }
  if (!store) return;
  if (!sets[0].identities.empty())
    splits.train = std::make_shared<KeptOnDisk>(std::move(sets[0]), store, request.most_pixels);
  if (!sets[1].identities.empty())
    splits.valid = std::make_shared<KeptOnDisk>(std::move(sets[1]), store, request.most_pixels);
  if (splits.test == valid) splits.test = splits.valid;
}

}  // namespace lehr::data
