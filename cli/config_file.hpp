#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Options from TOML: a key is an option's name without its dashes, underscores being as good as dashes
/// within.
namespace lehr::cli {

/// Makes an App with the command's options that nobody else sees, to try things on.
using MakeApp = std::function<void(CLI::App& app)>;

/// The options of a TOML text as arguments: {"--batch-size", "512", "--batch-norm"}. Each is tried on an App
/// of its own. Throws BadInput naming source, line, column, key, what was expected and what was found.
std::vector<std::string> config_arguments(std::string_view toml, const std::string& source,
                                          const MakeApp& make_app);
/// The same of a file of at most 1 MB.
std::vector<std::string> config_file_arguments(const std::filesystem::path& file, const MakeApp& make_app);

/// The options of a parsed App as TOML that reads back to the same: those given, and the defaults of the
/// others. `leave_out` names options, without dashes, that do not belong there.
std::string config_text(const CLI::App& app, const std::vector<std::string>& leave_out);
/// Throws BadInput naming the first option whose value cannot be in such a text: it is not UTF-8.
void check_can_be_kept(const CLI::App& app, const std::vector<std::string>& leave_out);
/// Such a text with the lines of these keys taken from another one, if both have them.
std::string with_values_of(const std::string& config, const std::string& other,
                           const std::vector<std::string>& keys);

}  // namespace lehr::cli
