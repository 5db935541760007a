#include <fmt/format.h>
#include <toml++/toml.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "run/file_keys.hpp"
#include "run/toml_values.hpp"

namespace lehr {
namespace {

constexpr std::uintmax_t largest_file = 1'000'000;

std::string place(const std::string& source, const toml::source_region& region) {
  return fmt::format("{}, line {}, column {}: ", source, region.begin.line, region.begin.column);
}

std::string described(const toml::node& node) {
  std::string type = "date or time";
  if (node.is_boolean()) type = node.as_boolean()->get() ? "flag that is true" : "flag that is false";
  if (node.is_table()) type = "table";
  if (node.is_array()) type = "list";
  if (node.is_string()) type = "text";
  if (node.is_number()) type = "number";
  const std::string text = run::scalar_text(node);
  return "a " + type + (text.empty() ? "" : " " + in_quotes(text));
}

/// Reads one TOML text.
class TomlReader {
 public:
  TomlReader(std::string source, const ConfigTable& table) : source_(std::move(source)), table_(table) {}

  std::vector<ConfigSetting> read(std::string_view text) const {
    const toml::table keys = parse(text);
    std::vector<ConfigSetting> settings;
    for (const auto& [key, node] : keys) settings.push_back(setting(key, node));
    return settings;
  }

 private:
  toml::table parse(std::string_view text) const {
    try {
      return toml::parse(text);
    } catch (const toml::parse_error& error) {
      throw BadInput(place(source_, error.source()) + printable(error.description(), 300));
    }
  }

  ConfigSetting setting(const toml::key& key, const toml::node& node) const {
    const ConfigField* field = run::file_field(table_, key.str());
    if (field == nullptr) {
      const std::vector<std::string> keys = run::file_keys(table_);
      throw BadInput(place(source_, key.source()) + unknown_name("key", key.str(), keys).what());
    }
    const std::string text = text_of(*field, node);
    try {
      return {field->key, field->read(text)};
    } catch (const BadInput& error) {
      throw BadInput(place(source_, node.source()) + error.what());
    }
  }

  std::string text_of(const ConfigField& field, const toml::node& node) const {
    if (field.type == FieldType::flag) {
      const auto* flag = node.as_boolean();
      if (flag == nullptr) refuse(field, "true or false", node);
      return flag->get() ? "true" : "false";
    }
    const auto* list = node.as_array();
    if (list == nullptr || !run::takes_list(field)) {
      if (!node.is_string() && !node.is_number()) refuse(field, "a text or a number", node);
      return run::scalar_text(node);
    }
    std::string joined;
    for (const toml::node& item : *list) {
      if (!item.is_string() && !item.is_number()) refuse(field, "a list of texts or numbers", item);
      joined += (joined.empty() ? "" : ",") + run::scalar_text(item);
    }
    return joined;
  }

  [[noreturn]] void refuse(const ConfigField& field, const char* expected, const toml::node& node) const {
    throw BadInput(fmt::format("{}{} expects {}, found {}", place(source_, node.source()), field.key,
                               expected, described(node)));
  }

  std::string source_;
  const ConfigTable& table_;
};

std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_not_read(file, errno);
  try {
    return {std::istreambuf_iterator<char>(in), {}};
  } catch (const std::ios_base::failure& failure) {  // the disk cannot be read
    throw Error(in_quotes(file) + ": cannot be read: " + failure.code().message());
  }
}

}  // namespace

std::vector<ConfigSetting> read_toml(std::string_view toml, const std::string& source,
                                     const ConfigTable& table) {
  return TomlReader(source, table).read(toml);
}

std::vector<ConfigSetting> read_toml_file(const std::filesystem::path& file, const ConfigTable& table) {
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
  return read_toml(text_of_file(file), in_quotes(file), table);
}

}  // namespace lehr
