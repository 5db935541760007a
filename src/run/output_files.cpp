#include "lehr/run/output_files.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/atomic_file.hpp"

namespace lehr {
namespace fs = std::filesystem;
namespace {

/// Where a path leads. A slash at its end, which folders may have, makes no difference.
fs::path target_of(const fs::path& path) {
  return store::file_behind(path.has_filename() ? path : path.parent_path());
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;  // hard links; false also if one of them does not exist
  try {
    return target_of(a) == target_of(b);
  } catch (const BadInput&) {  // a loop of links, which check_writable reports
    return false;
  }
}

/// The name of the standard stream that writes to this file; null if there is none. Renaming
/// another file to this name would detach the stream from it.
const char* stream_into(const fs::path& file) {
  struct stat target {};
  if (::stat(file.c_str(), &target) != 0) return nullptr;
  for (const auto& [stream, name] :
       {std::pair{STDOUT_FILENO, "standard output"}, {STDERR_FILENO, "standard error"}}) {
    struct stat open {};
    const bool is_file = ::fstat(stream, &open) == 0 && S_ISREG(open.st_mode);
    if (is_file && open.st_dev == target.st_dev && open.st_ino == target.st_ino) return name;
  }
  return nullptr;
}

struct FileFormat {
  const char* name;
  bool (*matches)(std::string_view beginning);
};

FileFormat format_of(FileKind kind) {
  switch (kind) {
    case FileKind::page:
      return {"HTML page", [](std::string_view text) { return text.starts_with("<!DOCTYPE html"); }};
    case FileKind::picture:
      return {"SVG picture", [](std::string_view text) { return text.starts_with("<svg"); }};
    case FileKind::activations:
      return {"file of activations",
              [](std::string_view text) { return text.find("lehr.samples") != text.npos; }};
    case FileKind::csv_log:
      return {"log of epochs as CSV", [](std::string_view text) { return text.starts_with("epoch,"); }};
    case FileKind::jsonl_log:
      break;
  }
  return {"log of epochs as JSON", [](std::string_view text) { return text.starts_with("{\"epoch\":"); }};
}

std::string beginning_of(const fs::path& file) {
  constexpr std::size_t enough = 1 << 16;
  std::string text(enough, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

/// A training that ends before its first epoch leaves a log that contains only the header.
bool is_header_only(std::string_view text) {
  return text.starts_with("epoch,") && text.find('\n') + 1 == text.size();
}

bool holds_something(const fs::path& file) {
  std::error_code error;
  const bool empty = !fs::is_regular_file(file, error) || fs::file_size(file, error) == 0;
  return !empty && !is_header_only(beginning_of(file));
}

}  // namespace

void check_distinct(std::span<const OutputFile> outputs, std::string_view noun) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t j = i + 1; j < outputs.size(); ++j) {
      const OutputFile& a = outputs[i];
      const OutputFile& b = outputs[j];
      if (a.file.empty() || b.file.empty() || !is_same_file(a.file, b.file)) continue;
      throw BadInput(fmt::format("{} and {} name the same {} {}; each needs one of its own", a.option,
                                 b.option, noun, in_quotes(a.file)));
    }
  }
}

void check_writable(const OutputFile& output) {
  if (const char* stream = stream_into(output.file)) {
    throw BadInput(output.option + " " + in_quotes(output.file) + ": " + stream +
                   " is written to the same file");
  }
  try {
    store::check_file_can_be_written(output.file);
  } catch (const DiskError& error) {
    throw DiskError(output.option + " " + error.what());
  } catch (const BadInput& error) {
    throw BadInput(output.option + " " + error.what());
  }
}

void check_new(const OutputFile& output) {
  check_writable(output);
  if (!holds_something(output.file)) return;
  throw BadInput(output.option + " " + in_quotes(output.file) +
                 ": the file exists and would be lost; name another one, or remove it");
}

void check_replaceable(const OutputFile& output, FileKind kind) {
  const FileFormat format = format_of(kind);
  check_replaceable(output, format.name, format.matches);
}

void check_replaceable(const OutputFile& output, const std::string& kind,
                       const std::function<bool(std::string_view)>& begins_so) {
  check_writable(output);
  if (!holds_something(output.file) || begins_so(beginning_of(output.file))) return;
  throw BadInput(output.option + " " + in_quotes(output.file) + ": the file exists and is no " + kind +
                 ", which would replace it; name another file");
}

}  // namespace lehr
