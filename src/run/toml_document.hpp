#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/run/config_files.hpp"

namespace lehr::run {

/// A value of a TOML text, with its place.
struct TomlNode {
  enum class Kind { flag, integer, real, text, list, table, other };

  Kind kind = Kind::other;
  std::string place{};              ///< "line 3, column 7"
  std::string text{};               ///< of a flag, a number or a text
  std::vector<TomlNode> items{};    ///< of a list
  std::vector<TomlNode> entries{};  ///< of a table
  std::string key{};                ///< of an entry of a table
  std::string key_place{};

  /// The value at a key of a table; null if there is none.
  const TomlNode* get(std::string_view name) const;
};

/// A TOML text, and messages that name a place in it. All functions throw BadInput with source, line,
/// column, what was expected and what was found.
class TomlDocument {
 public:
  TomlDocument(std::string_view toml, std::string source);
  /// A file of at most 1 MB.
  static TomlDocument of_file(const std::filesystem::path& file);

  const std::string& source() const { return source_; }
  const TomlNode& root() const { return root_; }
  /// The table at a key; null if there is none.
  const TomlNode* table(const TomlNode& parent, std::string_view key) const;
  void check_keys(const TomlNode& table, std::initializer_list<std::string_view> keys) const;
  const std::string& text(const TomlNode& node, std::string_view key) const;
  std::vector<std::string> texts(const TomlNode& node, std::string_view key) const;
  std::int64_t integer(const TomlNode& node, std::string_view key, IntegerRange range) const;

  /// The field of a key of a configuration.
  const ConfigField& field(const TomlNode& entry, const ConfigTable& table) const;
  /// The text of a value, which the field accepts.
  std::string value(const ConfigField& field, const TomlNode& node) const;
  /// The settings of a table whose keys are fields.
  std::vector<ConfigSetting> settings(const TomlNode& keys, const ConfigTable& table) const;

  /// Throws BadInput with the place, `expected` and what was found.
  [[noreturn]] void refuse(const TomlNode& node, const std::string& expected) const;
  /// Throws BadInput with the place and the message.
  [[noreturn]] void fail(const TomlNode& node, const std::string& message) const;

 private:
  std::string at(const std::string& place) const;
  std::string text_of(const ConfigField& field, const TomlNode& node) const;
  ConfigValue checked(const ConfigField& field, const TomlNode& node) const;

  std::string source_;
  TomlNode root_;
};

}  // namespace lehr::run
