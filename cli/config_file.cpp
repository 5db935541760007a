#include "config_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "arguments.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::cli {
namespace {

/// Options that make sense on the command line alone.
constexpr std::array<std::string_view, 4> line_only{"help", "config", "resume", "verify"};
constexpr std::uintmax_t largest_file = 1'000'000;

std::string place(const std::string& source, const toml::source_region& region) {
  return fmt::format("{}, line {}, column {}: ", source, region.begin.line, region.begin.column);
}

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }
bool takes_list(const CLI::Option& option) { return option.get_type_name().ends_with(",..."); }

std::vector<std::string> keys_of(const CLI::App& app) {
  std::vector<std::string> keys;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (std::ranges::find(line_only, name) == line_only.end()) keys.push_back(name);
    }
  }
  return keys;
}

std::string number_text(const toml::node& node) {
  if (const auto* integer = node.as_integer()) return fmt::format("{}", integer->get());
  if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
  return {};
}

/// A text or a number; empty for anything else. 1.0 stays a number with a fraction.
std::string scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  const std::string number = number_text(node);
  const bool looks_whole = number.find_first_not_of("+-0123456789") == std::string::npos;
  return node.is_floating_point() && looks_whole ? number + ".0" : number;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_not_read(file, errno);
  try {
    return {std::istreambuf_iterator<char>(in), {}};
  } catch (const std::ios_base::failure& failure) {  // a disk that cannot be read
    throw Error(in_quotes(file) + ": cannot be read: " + failure.code().message());
  }
}

/// Reads one TOML text.
class ConfigReader {
 public:
  ConfigReader(std::string source, const AddOptions& add_options)
      : source_(std::move(source)), add_options_(add_options) {
    const Command known(known_);
    add_options_(known);
  }

  std::vector<std::string> read(std::string_view text) {
    const toml::table table = parse(text);
    std::vector<std::string> arguments;
    for (const auto& [key, node] : table) {
      const std::vector<std::string> one = arguments_of(key, node);
      arguments.insert(arguments.end(), one.begin(), one.end());
    }
    return arguments;
  }

 private:
  toml::table parse(std::string_view text) const {
    try {
      return toml::parse(text);
    } catch (const toml::parse_error& error) {
      throw BadInput(place(source_, error.source()) + printable(error.description(), 300));
    }
  }

  std::vector<std::string> arguments_of(const toml::key& key, const toml::node& node) {
    std::string name(key.str());
    std::ranges::replace(name, '_', '-');
    const std::vector<std::string> keys = keys_of(known_);
    if (std::ranges::find(keys, name) == keys.end()) {
      throw BadInput(place(source_, key.source()) + unknown_name("key", key.str(), keys).what());
    }
    const std::string option = "--" + name;
    if (is_flag(*known_.get_option(option))) return flag(option, node);
    std::vector<std::string> arguments{option, value_text(option, node)};
    try_out(option, node, arguments);
    return arguments;
  }

  std::vector<std::string> flag(const std::string& option, const toml::node& node) const {
    const auto* value = node.as_boolean();
    if (value == nullptr) refuse(option, "true or false", node);
    return value->get() ? std::vector<std::string>{option} : std::vector<std::string>{};
  }

  std::string value_text(const std::string& option, const toml::node& node) const {
    const auto* list = node.as_array();
    if (list == nullptr) {
      if (!node.is_string() && !node.is_number()) refuse(option, "a text or a number", node);
      return scalar_text(node);
    }
    if (!takes_list(*known_.get_option(option))) refuse(option, "a text or a number", node);
    std::string joined;
    for (const toml::node& item : *list) {
      if (!item.is_string() && !item.is_number()) refuse(option, "a list of texts or numbers", item);
      joined += (joined.empty() ? "" : ",") + scalar_text(item);
    }
    return joined;
  }

  // The option's own checks, so that they need not be written twice.
  void try_out(const std::string& option, const toml::node& node,
               const std::vector<std::string>& arguments) const {
    CLI::App app;
    const Command command(app);
    add_options_(command);
    const auto refused = [&](const std::string& said) {
      throw BadInput(place(source_, node.source()) + said);
    };
    try {
      std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
      app.parse(std::move(reversed));
    } catch (const BadInput& error) {
      refused(error.what());
    } catch (const CLI::ParseError& error) {
      refused(option + ": " + error.what());
    }
  }

  [[noreturn]] void refuse(const std::string& option, const char* expected, const toml::node& node) const {
    std::string found = "a " + fmt::format("{}", toml_type(node));
    if (const std::string text = scalar_text(node); !text.empty()) found += " " + in_quotes(text);
    throw BadInput(fmt::format("{}{} expects {}, found {}", place(source_, node.source()), option.substr(2),
                               expected, found));
  }

  static std::string toml_type(const toml::node& node) {
    if (node.is_boolean()) return node.as_boolean()->get() ? "flag that is true" : "flag that is false";
    if (node.is_table()) return "table";
    if (node.is_array()) return "list";
    if (node.is_string()) return "text";
    return node.is_number() ? "number" : "date or time";
  }

  std::string source_;
  const AddOptions& add_options_;
  CLI::App known_;
};

bool reads_as_number(const std::string& text) {
  try {
    const toml::table table = toml::parse("x = " + text);
    return table["x"].is_number() && number_text(*table["x"].node()) == text;
  } catch (const toml::parse_error&) {
    return false;
  }
}

std::string toml_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += '\\';
      quoted += character;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += fmt::format("\\u{:04X}", byte);
    } else {
      quoted += character;
    }
  }
  return quoted + "\"";
}

/// The line of a key, with its end; empty if there is none.
std::string line_of(const std::string& config, const std::string& key) {
  std::istringstream lines(config);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key + " = ")) return line + "\n";
  }
  return {};
}

std::string value_of(const CLI::Option& option) {
  if (option.count() > 0) return option.results().back();
  return option.get_default_str();
}

std::vector<const CLI::Option*> kept_options(const CLI::App& app, const std::vector<std::string>& leave_out) {
  std::vector<const CLI::Option*> kept;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty()) continue;
    const std::string& name = option->get_lnames().front();
    if (name != "help" && std::ranges::find(leave_out, name) == leave_out.end()) kept.push_back(option);
  }
  return kept;
}

/// With its end; empty for an option without a value.
std::string line_of(const CLI::Option& option) {
  const std::string& name = option.get_lnames().front();
  if (is_flag(option)) return fmt::format("{} = {}\n", name, option.count() > 0);
  const std::string value = value_of(option);
  if (value.empty()) return {};
  return fmt::format("{} = {}\n", name, reads_as_number(value) ? value : toml_string(value));
}

}  // namespace

std::vector<std::string> config_arguments(std::string_view toml, const std::string& source,
                                          const AddOptions& add_options) {
  return ConfigReader(source, add_options).read(toml);
}

std::vector<std::string> config_file_arguments(const std::filesystem::path& file,
                                               const AddOptions& add_options) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw BadInput(in_quotes(file) + ": no such file");
  if (!std::filesystem::is_regular_file(status)) {
    throw BadInput(in_quotes(file) + ": expected a file of options, found something that is no file");
  }
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (size > largest_file) {
    throw BadInput(fmt::format("{}: expected at most {} bytes of options, found {}", in_quotes(file),
                               largest_file, size));
  }
  return config_arguments(text_of(file), in_quotes(file), add_options);
}

std::string config_text(const Command& command, const std::vector<std::string>& leave_out) {
  std::string text;
  for (const CLI::Option* option : kept_options(command.app(), leave_out)) text += line_of(*option);
  return text;
}

void check_can_be_kept(const Command& command, const std::vector<std::string>& leave_out) {
  for (const CLI::Option* option : kept_options(command.app(), leave_out)) {
    try {
      [[maybe_unused]] const toml::table table = toml::parse(line_of(*option));
    } catch (const toml::parse_error&) {
      throw BadInput(option->get_name() + " " + in_quotes(value_of(*option)) +
                     ": the run keeps this text in its config.toml, so expected UTF-8, found other bytes");
    }
  }
}

std::string with_values_of(const std::string& config, const std::string& other,
                           const std::vector<std::string>& keys) {
  std::istringstream lines(config);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const std::string key = line.substr(0, line.find(" = "));
    const bool replaced = std::ranges::find(keys, key) != keys.end();
    const std::string present = replaced ? line_of(other, key) : std::string();
    text += present.empty() ? line + "\n" : present;
  }
  return text;
}

}  // namespace lehr::cli
