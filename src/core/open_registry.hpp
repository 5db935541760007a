#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lehr/core/error.hpp"

namespace lehr {

/// The words for a registry's messages.
struct RegistryWords {
  const char* kind;      ///< what is registered: "model"
  const char* function;  ///< the function that registers an entry: "lehr::register_model"
};

namespace detail {

/// Throws BadInput unless the name has 1 to 64 letters, digits, '-', '_' and '.'.
void check_registered_name(const RegistryWords& words, std::string_view name);
/// The error for a name that a built-in entry or one of the program already has.
BadInput name_is_taken(const RegistryWords& words, std::string_view name, bool built_in);
/// The error for an unknown name. It lists the nearest name, all names, and how to add one.
BadInput unknown_registered_name(const RegistryWords& words, std::string_view name,
                                 const std::vector<std::string>& known);

}  // namespace detail

/// Entries by name: the built-in ones and those that a program adds. Entries are never removed or
/// changed, so references to them stay valid. Several threads may read while others add.
template <class Entry>
class OpenRegistry {
 public:
  /// fill: adds the built-in entries.
  explicit OpenRegistry(const RegistryWords& words, void (*fill)(OpenRegistry&) = nullptr) : words_(words) {
    if (fill != nullptr) fill(*this);
  }

  void add_built_in(std::string_view name, Entry entry) {
    const std::unique_lock lock(mutex_);
    entries_.insert_or_assign(std::string(name), Named{std::move(entry), true});
  }

  /// Throws BadInput if the name is taken or is not a valid name.
  void add(const std::string& name, Entry entry) {
    detail::check_registered_name(words_, name);
    const std::unique_lock lock(mutex_);
    const auto found = entries_.find(name);
    if (found != entries_.end()) throw detail::name_is_taken(words_, name, found->second.built_in);
    entries_.emplace(name, Named{std::move(entry), false});
  }

  /// Null if there is no such entry.
  const Entry* find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second.entry;
  }

  /// Throws BadInput, with the nearest name, if there is no such entry.
  const Entry& at(std::string_view name) const {
    if (const Entry* entry = find(name)) return *entry;
    throw detail::unknown_registered_name(words_, name, names());
  }

  /// In alphabetical order.
  std::vector<std::string> names() const {
    const std::shared_lock lock(mutex_);
    std::vector<std::string> all;
    for (const auto& [name, entry] : entries_) all.push_back(name);
    return all;
  }

 private:
  struct Named {
    Entry entry;
    bool built_in;
  };

  RegistryWords words_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Named, std::less<>> entries_;
};

}  // namespace lehr
