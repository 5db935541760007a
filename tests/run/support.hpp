#pragma once

#include <filesystem>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/run/config_table.hpp"

namespace lehr::test {

/// A new folder, removed by the destructor.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The message of the BadInput that `action` throws; fails the test if it throws none.
template <class Action>
std::string refusal(const Action& action);

/// A valid value for a field, as text, that is not its default.
std::string sample_of(const ConfigField& field);

void write_file(const std::filesystem::path& file, const std::string& text);
std::string read_file(const std::filesystem::path& file);

template <class Action>
std::string refusal(const Action& action) {
  try {
    action();
  } catch (const BadInput& error) {
    return error.what();
  }
  return "nothing was refused";
}

}  // namespace lehr::test
