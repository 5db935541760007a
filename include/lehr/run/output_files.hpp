#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace lehr {

/// A file that an option names to be written.
struct OutputFile {
  std::string option;  ///< "--csv"
  std::filesystem::path file{};
};

/// Throws BadInput if two options name one file, under the same name or through links. Options without a file
/// are left out.
void check_distinct(std::span<const OutputFile> outputs);

/// Throws BadInput if nothing can be written under the name (no permission, a device, a folder), DiskError if
/// the disk is full. Leaves nothing behind, and a file that is there as it was.
void check_writable(const OutputFile& output);

/// For files that a long computation will write: throws BadInput if the file exists and is not empty, so that
/// nothing is lost. Checks that it can be written, too.
void check_new(const OutputFile& output);

/// What a file is, as far as a command that replaces it must know.
enum class FileKind { page, picture, activations, csv_log, jsonl_log };

/// For files that a command may replace when it is run again: throws BadInput if the file exists and is
/// something else than the kind that the command writes. Checks that it can be written, too.
void check_replaceable(const OutputFile& output, FileKind kind);
/// The same for another kind of file. `begins_so` looks at the first bytes of the file and says whether it is
/// of that kind.
void check_replaceable(const OutputFile& output, const std::string& kind,
                       const std::function<bool(std::string_view)>& begins_so);

}  // namespace lehr
