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

/// Options of the command line with their checks. Numbers are read the same way in every locale; what is
/// wrong with one is a sentence that names the option, what it takes and what it found.
namespace lehr::cli {

struct IntegerRange {
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct RealRange {
  double least = 0;
  double below = std::numeric_limits<double>::infinity();
};

/// Each throws BadInput naming the option.
std::int64_t parse_integer(std::string_view option, std::string_view text, const IntegerRange& range);
double parse_real(std::string_view option, std::string_view text, const RealRange& range);
std::vector<std::int64_t> parse_integers(std::string_view option, std::string_view text,
                                         const IntegerRange& range);
std::vector<double> parse_reals(std::string_view option, std::string_view text, const RealRange& range);
/// "1x28x28" -> (1, 28, 28)
Shape parse_image_shape(std::string_view option, std::string_view text);
/// The parts between commas.
std::vector<std::string> split_list(std::string_view text);

/// An option that takes text and hands it to `parse`, with the target's present value as its default in the
/// help.
template <class Target, class Parse>
Option add_parsed(const Command& app, const std::string& name, Target& target, const std::string& help,
                  Parse parse) {
  return app.option(
      name, [&target, parse, name](const std::string& text) { target = parse(name, text); }, help);
}

/// The text itself. Throws BadInput if it is empty, as of a shell variable that is not set: "--csv needs a
/// file name".
std::string parse_name(std::string_view option, const std::string& text, std::string_view what);
/// An option that names a file.
template <class Target>
Option add_file(const Command& app, const std::string& name, Target& target, const std::string& help) {
  const auto parse = [](const std::string& option, const std::string& text) {
    return parse_name(option, text, "a file name");
  };
  return add_parsed(app, name, target, help, parse).type_name("FILE");
}
/// An option that names a folder.
Option add_folder(const Command& app, const std::string& name, std::filesystem::path& target,
                  const std::string& help);

Option add_integer(const Command& app, const std::string& name, std::int64_t& target,
                   const IntegerRange& range, const std::string& help);
Option add_integer(const Command& app, const std::string& name, int& target, const IntegerRange& range,
                   const std::string& help);
Option add_real(const Command& app, const std::string& name, double& target, const RealRange& range,
                const std::string& help);
Option add_seed(const Command& app, const std::string& name, std::uint64_t& target, const std::string& help);
/// --data-seed: which pictures generated data consists of.
Option add_data_seed(const Command& app, std::uint64_t& target);
/// --runs: the folder in which runs are looked for by name.
Option add_runs_folder(const Command& app, std::filesystem::path& target);
/// --threads; takes effect at once.
Option add_threads(const Command& app);

}  // namespace lehr::cli
