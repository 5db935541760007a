#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace lehr {

/// A file to be written, and the option that names it.
struct OutputFile {
  std::string option;  ///< "--csv"
  std::filesystem::path file{};
};

/// Throws BadInput if two options name the same file, directly or through links. Options without a
/// file are ignored. `noun` is "folder" if they name folders.
void check_distinct(std::span<const OutputFile> outputs, std::string_view noun = "file");

/// Throws BadInput if the file cannot be written (no permission, a device, a folder), and DiskError
/// if the disk is full. Makes no file and does not change an existing one.
void check_writable(const OutputFile& output);

/// For files that a long computation will write. Throws BadInput if the file exists and is not
/// empty, so that nothing is lost. Also checks that it can be written.
void check_new(const OutputFile& output);

/// The kinds of files that commands replace.
enum class FileKind { page, picture, activations, csv_log, jsonl_log };

/// For files that a command may replace if it is run again. Throws BadInput if the file exists and
/// is not of the kind that the command writes. Also checks that it can be written.
void check_replaceable(const OutputFile& output, FileKind kind);
/// The same for any other kind of file. `begins_so` gets the first bytes of the file and returns
/// whether it is of that kind.
void check_replaceable(const OutputFile& output, const std::string& kind,
                       const std::function<bool(std::string_view)>& begins_so);

}  // namespace lehr
