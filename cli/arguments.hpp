#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"
#include "lehr/core/shape.hpp"
#include "lehr/run/option_text.hpp"

/// Options of single commands, with their checks. If a value is wrong, the message names the
/// option, what it takes and what was found. Options that are fields of a training are in
/// config_options.hpp.
namespace lehr::cli {

/// "1x28x28" -> (1, 28, 28)
Shape parse_image_shape(std::string_view option, std::string_view text);

/// Adds an option that takes text and passes it to `parse`. The help shows the target's current
/// value as the default.
template <class Target, class Parse>
Option add_parsed(const Command& app, const std::string& name, Target& target, const std::string& help,
                  Parse parse) {
  return app.option(
      name, [&target, parse, name](const std::string& text) { target = parse(name, text); }, help);
}

/// Adds an option that takes a file name.
template <class Target>
Option add_file(const Command& app, const std::string& name, Target& target, const std::string& help) {
  const auto parse = [](const std::string& option, const std::string& text) {
    return parse_name(option, text, "a file name");
  };
  return add_parsed(app, name, target, help, parse).type_name("FILE");
}
/// Adds an option that takes a folder.
Option add_folder(const Command& app, const std::string& name, std::filesystem::path& target,
                  const std::string& help);

Option add_integer(const Command& app, const std::string& name, std::int64_t& target,
                   const IntegerRange& range, const std::string& help);
Option add_integer(const Command& app, const std::string& name, int& target, const IntegerRange& range,
                   const std::string& help);
Option add_real(const Command& app, const std::string& name, double& target, const RealRange& range,
                const std::string& help);
Option add_seed(const Command& app, const std::string& name, std::uint64_t& target, const std::string& help);
/// Adds --tta: how many views of each picture a model looks at.
Option add_views(const Command& app, std::int64_t& views);
/// Adds --runs: the folder in which runs are looked up by name.
Option add_runs_folder(const Command& app, std::filesystem::path& target);

}  // namespace lehr::cli
