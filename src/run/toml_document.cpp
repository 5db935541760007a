#include "run/toml_document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <system_error>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "run/file_keys.hpp"
#include "run/toml_values.hpp"

namespace lehr::run {
namespace {

constexpr std::uintmax_t max_file_bytes = 1'000'000;

std::string place_of(const toml::source_region& region) {
  return fmt::format("line {}, column {}", region.begin.line, region.begin.column);
}

TomlNode::Kind kind_of(const toml::node& node) {
  if (node.is_boolean()) return TomlNode::Kind::flag;
  if (node.is_integer()) return TomlNode::Kind::integer;
  if (node.is_floating_point()) return TomlNode::Kind::real;
  if (node.is_string()) return TomlNode::Kind::text;
  if (node.is_array()) return TomlNode::Kind::list;
  return node.is_table() ? TomlNode::Kind::table : TomlNode::Kind::other;
}

TomlNode converted(const toml::node& node) {
  TomlNode made{.kind = kind_of(node), .place = place_of(node.source()), .text = scalar_text(node)};
  if (const auto* flag = node.as_boolean()) made.text = flag->get() ? "true" : "false";
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& item : *list) made.items.push_back(converted(item));
  }
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      TomlNode entry = converted(value);
      entry.key = std::string(key.str());
      entry.key_place = place_of(key.source());
      made.entries.push_back(std::move(entry));
    }
  }
  return made;
}

bool is_scalar(const TomlNode& node) {
  return node.kind == TomlNode::Kind::text || node.kind == TomlNode::Kind::integer ||
         node.kind == TomlNode::Kind::real;
}

std::string described(const TomlNode& node) {
  switch (node.kind) {
    case TomlNode::Kind::flag:
      return "a flag that is " + node.text;
    case TomlNode::Kind::integer:
    case TomlNode::Kind::real:
      return "a number " + in_quotes(node.text);
    case TomlNode::Kind::text:
      return "a text" + (node.text.empty() ? "" : " " + in_quotes(node.text));
    case TomlNode::Kind::list:
      return "a list";
    case TomlNode::Kind::table:
      return "a table";
    case TomlNode::Kind::other:
      break;
  }
  return "a date or time";
}

std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_not_read(file, errno);
  try {
    return {std::istreambuf_iterator<char>(in), {}};
  } catch (const std::ios_base::failure& failure) {  // the disk cannot be read
    throw Error(in_quotes(file) + ": cannot be read: " + failure.code().message());
  }
}

/// Finds dotted keys. They nest tables as deep as they have parts, and the parser limits only nested values.
class KeyScanner {
 public:
  explicit KeyScanner(std::string_view toml) : toml_(toml) {}

  /// The place of the first key with more parts than this, as "line 3, column 5"; empty if there is none.
  std::string place_of_longer_than(int most_parts) {
    for (; at_ < toml_.size(); ++at_) {
      const char c = toml_[at_];
      if (c == '"' || c == '\'') {
        skip_text(c);
      } else if (c == '#') {
        at_ = std::min(toml_.find('\n', at_), toml_.size()) - 1;
      } else if (c == '.') {
        if (++dots_ >= most_parts) return place();
      } else if (!is_of_key(c)) {
        dots_ = 0;
      }
    }
    return {};
  }

 private:
  static bool is_of_key(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == ' ' || c == '\t';
  }

  /// Moves to the last character of a text, which may have one or three quotes at each end.
  void skip_text(char quote) {
    const std::string three(3, quote);
    const bool long_text = toml_.substr(at_, 3) == three;
    const std::string_view end = long_text ? std::string_view(three) : std::string_view(three).substr(0, 1);
    at_ += end.size();
    while (at_ < toml_.size() && toml_.substr(at_, end.size()) != end)
      at_ += quote == '"' && toml_[at_] == '\\' ? 2 : 1;
    at_ += end.size() - 1;
  }

  std::string place() const {
    const std::string_view before = toml_.substr(0, at_);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return fmt::format("line {}, column {}", std::ranges::count(before, '\n') + 1, at_ - line_start + 1);
  }

  std::string_view toml_;
  std::size_t at_ = 0;
  int dots_ = 0;
};

}  // namespace

TomlDocument::TomlDocument(std::string_view toml, std::string source) : source_(std::move(source)) {
  constexpr int most_parts = 64;
  if (const std::string place = KeyScanner(toml).place_of_longer_than(most_parts); !place.empty()) {
    throw BadInput(at(place) + fmt::format("a key has at most {} parts, found more", most_parts));
  }
  try {
    root_ = converted(toml::parse(toml));
  } catch (const toml::parse_error& error) {
    throw BadInput(at(place_of(error.source())) + printable(error.description(), 300));
  }
}

TomlDocument TomlDocument::of_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw BadInput(in_quotes(file) + ": no such file");
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw BadInput(in_quotes(file) + ": expected a file of options, found something that is no file");
  }
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (size > max_file_bytes) {
    throw BadInput(fmt::format("{}: expected at most {} bytes of options, found {}", in_quotes(file),
                               max_file_bytes, size));
  }
  return {text_of_file(file), in_quotes(file)};
}

const TomlNode* TomlNode::get(std::string_view name) const {
  const auto found = std::ranges::find(entries, name, &TomlNode::key);
  return found == entries.end() ? nullptr : &*found;
}

std::string TomlDocument::at(const std::string& place) const { return source_ + ", " + place + ": "; }

void TomlDocument::refuse(const TomlNode& node, const std::string& expected) const {
  fail(node, expected + ", found " + described(node));
}

void TomlDocument::fail(const TomlNode& node, const std::string& message) const {
  throw BadInput(at(node.place) + message);
}

const TomlNode* TomlDocument::table(const TomlNode& parent, std::string_view key) const {
  const TomlNode* node = parent.get(key);
  if (node != nullptr && node->kind != TomlNode::Kind::table) {
    refuse(*node, std::string(key) + " expects a section");
  }
  return node;
}

void TomlDocument::check_keys(const TomlNode& table, std::initializer_list<std::string_view> keys) const {
  for (const TomlNode& entry : table.entries) {
    if (std::ranges::find(keys, std::string_view(entry.key)) != keys.end()) continue;
    const std::vector<std::string> known(keys.begin(), keys.end());
    throw BadInput(at(entry.key_place) + unknown_name("key", entry.key, known).what());
  }
}

const std::string& TomlDocument::text(const TomlNode& node, std::string_view key) const {
  if (node.kind != TomlNode::Kind::text) refuse(node, std::string(key) + " expects a text");
  return node.text;
}

std::vector<std::string> TomlDocument::texts(const TomlNode& node, std::string_view key) const {
  if (node.kind != TomlNode::Kind::list) refuse(node, std::string(key) + " expects a list of texts");
  std::vector<std::string> all;
  for (const TomlNode& item : node.items) all.push_back(text(item, key));
  return all;
}

std::int64_t TomlDocument::integer(const TomlNode& node, std::string_view key, IntegerRange range) const {
  if (node.kind == TomlNode::Kind::integer) {
    std::int64_t number = 0;
    std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
    if (number >= range.least && number <= range.most) return number;
  }
  refuse(node, fmt::format("{} expects a whole number from {} to {}", key, range.least, range.most));
}

const ConfigField& TomlDocument::field(const TomlNode& entry, const ConfigTable& table) const {
  const ConfigField* field = file_field(table, entry.key);
  if (field != nullptr) return *field;
  throw BadInput(at(entry.key_place) + unknown_name("key", entry.key, file_keys(table)).what());
}

ConfigValue TomlDocument::checked(const ConfigField& field, const TomlNode& node) const {
  const std::string text = text_of(field, node);
  try {
    return field.read(text);
  } catch (const BadInput& error) {
    throw BadInput(at(node.place) + error.what());
  }
}

std::string TomlDocument::value(const ConfigField& field, const TomlNode& node) const {
  (void)checked(field, node);
  return text_of(field, node);
}

std::vector<ConfigSetting> TomlDocument::settings(const TomlNode& keys, const ConfigTable& table) const {
  std::vector<ConfigSetting> settings;
  for (const TomlNode& entry : keys.entries) {
    const ConfigField& of = field(entry, table);
    if (std::ranges::find(settings, of.key, &ConfigSetting::key) != settings.end()) {
      throw BadInput(at(entry.key_place) + of.key + " is set twice");
    }
    settings.push_back({of.key, checked(of, entry)});
  }
  return settings;
}

std::string TomlDocument::text_of(const ConfigField& field, const TomlNode& node) const {
  if (field.type == FieldType::flag) {
    if (node.kind != TomlNode::Kind::flag) refuse(node, field.key + " expects true or false");
    return node.text;
  }
  if (node.kind != TomlNode::Kind::list || !takes_list(field)) {
    if (!is_scalar(node)) refuse(node, field.key + " expects a text or a number");
    return node.text;
  }
  std::string joined;
  for (const TomlNode& item : node.items) {
    if (!is_scalar(item)) refuse(item, field.key + " expects a list of texts or numbers");
    joined += (joined.empty() ? "" : ",") + item.text;
  }
  return joined;
}

}  // namespace lehr::run

namespace lehr {

std::vector<ConfigSetting> read_toml(std::string_view toml, const std::string& source,
                                     const ConfigTable& table) {
  const run::TomlDocument document(toml, source);
  return document.settings(document.root(), table);
}

std::vector<ConfigSetting> read_toml_file(const std::filesystem::path& file, const ConfigTable& table) {
  const run::TomlDocument document = run::TomlDocument::of_file(file);
  return document.settings(document.root(), table);
}

}  // namespace lehr
