// libFuzzer target: for any content, an archive gives its files or throws BadInput, within its limits.
#include <cstdlib>

#include "data/archive.hpp"
#include "fuzz/memory_file.hpp"
#include "lehr/core/error.hpp"

namespace {

using namespace lehr;

constexpr data::ArchiveLimits limits{
    .most_entries = 100, .usual_bytes = 1 << 20, .most_ratio = 200, .most_file_bytes = 1 << 18};

bool leaves_its_folder(const std::string& path) {
  const std::string inside = "/" + path + "/";
  return path.empty() || path.front() == '/' || inside.find("/../") != std::string::npos;
}

/// Reads every second file, since a reader may skip some.
void read_all(const std::string& file, std::size_t size) {
  data::ArchiveReader reader(file, limits);
  std::vector<std::uint8_t> bytes;
  int files = 0;
  while (const std::optional<data::ArchiveEntry> entry = reader.next()) {
    if (leaves_its_folder(entry->path) || ++files > limits.most_entries) std::abort();
    if (entry->place && (entry->place->offset > size || entry->place->bytes > size - entry->place->offset))
      std::abort();
    if (files % 2 == 0) continue;
    reader.read(bytes);
    if (bytes.size() > limits.most_file_bytes) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  try {
    read_all(file.path(), size);
  } catch (const BadInput&) {
  }
  return 0;
}
