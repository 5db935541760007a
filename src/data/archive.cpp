#include "data/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <new>
#include <utility>

#include "image/byte_source.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;
/// Memory that is taken because a header promises that many bytes.
constexpr std::uint64_t most_promised_bytes = std::uint64_t{16} << 20;

struct CloseArchive {
  void operator()(archive* opened) const { archive_read_free(opened); }
};

/// libarchive converts names to the characters of the thread's locale. With this one, they are UTF-8 whatever
/// the program's locale is.
class Utf8Names {
 public:
  Utf8Names() {
    static const locale_t utf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 != nullptr) before_ = ::uselocale(utf8);
  }
  ~Utf8Names() {
    if (before_ != nullptr) ::uselocale(before_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t before_ = nullptr;
};

/// The path without "." and doubled slashes.
std::string tidied(std::string_view path) {
  std::string tidy;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (!part.empty() && part != ".") {
      if (!tidy.empty()) tidy += '/';
      tidy += part;
    }
    at = end + 1;
  }
  return tidy;
}

bool leaves_its_folder(std::string_view tidy) {
  return tidy == ".." || tidy.starts_with("../") || tidy.ends_with("/..") ||
         tidy.find("/../") != std::string_view::npos;
}

}  // namespace

struct ArchiveReader::State {
  State(std::filesystem::path from, const ArchiveLimits& given)
      : file(std::move(from)), limits(given), opened(archive_read_new()) {
    const image::ByteSource readable(file);  // says clearly what is wrong with the file itself
    file_bytes = readable.file_bytes();
    if (!opened) throw std::bad_alloc();
    archive* const made = opened.get();
    for (const int status : {archive_read_support_format_tar(made), archive_read_support_format_zip(made),
                             archive_read_support_filter_gzip(made), archive_read_support_filter_zstd(made),
                             archive_read_open_filename(made, file.c_str(), block_bytes)}) {
      if (status < ARCHIVE_WARN) fail();
    }
  }

  [[noreturn]] void fail() const {
    const int reason = archive_errno(opened.get());
    if (reason == ENOMEM) throw std::bad_alloc();
    if (is_of_the_disk(reason)) throw_not_read(file, reason);
    if (entries == 0 && archive_format(opened.get()) == 0) {
      throw BadInput(in_quotes(file) +
                     " is not an archive that lehr reads: expected .tar, .tar.gz, .tar.zst or .zip");
    }
    const char* const why = archive_error_string(opened.get());
    const std::string where = last.empty() ? "at its start" : "at or after " + in_quotes(last);
    throw BadInput(fmt::format("the archive {} cannot be read {}: {}", in_quotes(file), where,
                               why != nullptr ? printable(why) : "it is damaged"));
  }

  [[noreturn]] void refuse(const std::string& path, const std::string& what,
                           const std::string& advice) const {
    throw BadInput(
        fmt::format("the archive {} holds {}, {}; {}", in_quotes(file), in_quotes(path), what, advice));
  }

  /// Throws BadInput if `expanded` bytes are more than an archive of this size should hold.
  void check_expansion(std::uint64_t expanded) const {
    if (expanded <= limits.usual_bytes || expanded / limits.most_ratio <= file_bytes) return;
    throw BadInput(
        fmt::format("the archive {} of {} expands to more than {} times its size at {}; "
                    "expected pictures, which hardly expand",
                    in_quotes(file), counted(file_bytes, "byte"), limits.most_ratio, in_quotes(last)));
  }

  std::string path_of(archive_entry* entry) const {
    const char* path = archive_entry_pathname_utf8(entry);
    if (path == nullptr) path = archive_entry_pathname(entry);
    if (path != nullptr && *path != '\0') return path;
    throw BadInput(
        fmt::format("the archive {} holds a file without a name after {}", in_quotes(file), in_quotes(last)));
  }

  /// False for a folder.
  bool is_file(archive_entry* entry, const std::string& path) const {
    constexpr const char* as_files =
        "make it with the files themselves (tar --dereference --hard-dereference)";
    if (archive_entry_hardlink(entry) != nullptr) refuse(path, "a link", as_files);
    switch (archive_entry_filetype(entry)) {
      case AE_IFDIR:
        return false;
      case AE_IFLNK:
        refuse(path, "a link", as_files);
      case AE_IFREG:
      case 0:
        return true;
      default:
        refuse(path, "a device or pipe", "expected files and folders alone");
    }
  }

  /// Only a plain tar has the bytes as they are. Other formats and sparse files are not worth the effort.
  std::optional<ArchiveEntry::Place> place_of(archive_entry* entry) const {
    archive* const from = opened.get();
    const bool plain = archive_filter_code(from, 0) == ARCHIVE_FILTER_NONE &&
                       (archive_format(from) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    if (!plain || archive_entry_sparse_count(entry) > 0) return {};
    const auto offset = static_cast<std::uint64_t>(archive_filter_bytes(from, 0));
    const auto bytes = static_cast<std::uint64_t>(archive_entry_size(entry));
    if (offset > file_bytes || bytes > file_bytes - offset) {
      throw BadInput(fmt::format("the archive {} is cut short in {}", in_quotes(file), in_quotes(last)));
    }
    return ArchiveEntry::Place{offset, bytes};
  }

  /// Counts an entry whose header was read.
  void count(archive_entry* entry) {
    if (++entries > limits.most_entries) {
      throw BadInput(fmt::format("the archive {} holds more than {} entries; expected at most that many",
                                 in_quotes(file), limits.most_entries));
    }
    auto expanded =
        static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_filter_bytes(opened.get(), 0)));
    promised = static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    // To get to the next entry of a compressed tar, the contents of this one must be decompressed.
    if (archive_filter_code(opened.get(), 0) != ARCHIVE_FILTER_NONE) expanded += promised;
    check_expansion(expanded);
  }

  std::filesystem::path file;
  ArchiveLimits limits;
  std::uint64_t file_bytes = 0;
  std::unique_ptr<archive, CloseArchive> opened;
  std::int64_t entries = 0;
  std::uint64_t promised = 0;    ///< bytes of the last entry, as its header says
  std::uint64_t read_bytes = 0;  ///< of all contents
  std::string last;              ///< path of the last entry
  std::vector<std::string> folders;
};

ArchiveReader::ArchiveReader(std::filesystem::path file, const ArchiveLimits& limits)
    : state_(std::make_unique<State>(std::move(file), limits)) {}
ArchiveReader::~ArchiveReader() = default;

std::optional<ArchiveEntry> ArchiveReader::next() {
  const Utf8Names utf8;
  while (true) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(state_->opened.get(), &entry);
    if (status == ARCHIVE_EOF) return {};
    if (status < ARCHIVE_WARN) state_->fail();
    const std::string path = state_->path_of(entry);
    if (path.front() == '/') state_->refuse(path, "an absolute path", "expected paths inside the archive");
    ArchiveEntry found{tidied(path)};
    if (leaves_its_folder(found.path))
      state_->refuse(path, "a path that leaves it", "expected paths inside the archive");
    state_->last = found.path;
    state_->count(entry);
    const bool is_file = state_->is_file(entry, path);
    if (found.path.empty()) continue;
    if (!is_file) {
      state_->folders.push_back(std::move(found.path));
      continue;
    }
    found.place = state_->place_of(entry);
    return found;
  }
}

const std::vector<std::string>& ArchiveReader::folders() const { return state_->folders; }

void ArchiveReader::read(std::vector<std::uint8_t>& bytes) {
  bytes.clear();
  bytes.resize(static_cast<std::size_t>(std::min(state_->promised, most_promised_bytes)) + 1);
  std::size_t done = 0;
  while (true) {
    if (done == bytes.size()) bytes.resize(2 * done);
    const la_ssize_t got = archive_read_data(state_->opened.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0) state_->fail();
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    state_->check_expansion(state_->read_bytes += static_cast<std::uint64_t>(got));
    if (done > state_->limits.most_file_bytes) {
      state_->refuse(state_->last, "which has more than " + counted(state_->limits.most_file_bytes, "byte"),
                     "expected a picture");
    }
  }
  bytes.resize(done);
}

}  // namespace lehr::data
