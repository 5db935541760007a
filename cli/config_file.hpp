#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"

/// Options from TOML: a key is an option's name without its dashes, underscores being as good as dashes
/// within.
namespace lehr::cli {

/// Adds the command's options to another command, on which things are tried.
using AddOptions = std::function<void(const Command& command)>;

/// The options of a TOML text as arguments: {"--batch-size", "512", "--batch-norm"}. Each is tried on a
/// command of its own. Throws BadInput naming source, line, column, key, what was expected and what was
/// found.
std::vector<std::string> config_arguments(std::string_view toml, const std::string& source,
                                          const AddOptions& add_options);
/// The same of a file of at most 1 MB.
std::vector<std::string> config_file_arguments(const std::filesystem::path& file,
                                               const AddOptions& add_options);

/// The options of a parsed command as TOML that reads back to the same: those given, and the defaults of the
/// others. `leave_out` names options, without dashes, that do not belong there.
std::string config_text(const Command& command, const std::vector<std::string>& leave_out);
/// Throws BadInput naming the first option whose value cannot be in such a text: it is not UTF-8.
void check_can_be_kept(const Command& command, const std::vector<std::string>& leave_out);
/// Such a text with the lines of these keys taken from another one, if both have them.
std::string with_values_of(const std::string& config, const std::string& other,
                           const std::vector<std::string>& keys);

}  // namespace lehr::cli
