#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// Runs the real command in a folder of its own.
namespace lehr::test {

/// A fresh folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// Names of everything in it, relative, sorted.
  std::vector<std::string> contents() const;

 private:
  std::filesystem::path path_;
};

struct Outcome {
  int status = -1;  ///< exit status, or 128 + the signal that ended it
  std::string out;
  std::string err;

  /// stdout as one JSON object a line; fails the test where it is not.
  std::vector<nlohmann::json> events() const;
  nlohmann::json event(const std::string& name) const;
};

/// A command under way.
class Running {
 public:
  /// file_size_limit > 0 makes every write beyond that many bytes fail, as a full disk does.
  Running(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
          std::int64_t file_size_limit = 0);
  /// A script for sh in which "$LEHR" is the command.
  static Running script(const std::filesystem::path& folder, const std::string& text);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void signal(int number) const;
  /// Waits until stdout holds the text; false where the command ended or half a minute went by before.
  bool wait_for_output(const std::string& text);
  /// Waits until the command has a handler for that signal; false if it ended or half a minute went by
  /// before.
  bool wait_until_caught(int signal);
  Outcome wait();

 private:
  struct Words {
    std::vector<std::string> all;
  };
  Running(const std::filesystem::path& folder, Words words, std::int64_t file_size_limit);

  TemporaryFolder streams_;
  pid_t child_ = -1;
};

Outcome run(const std::filesystem::path& folder, const std::vector<std::string>& arguments);
Outcome run_script(const std::filesystem::path& folder, const std::string& text);
/// The ID of a run of two epochs on 200 generated digits, trained in that folder.
std::string trained_run(const std::filesystem::path& folder, std::vector<std::string> options);

/// Writes the four files of MNIST's layout with `count` images of that size, training and test alike.
void write_idx(const std::filesystem::path& folder, int count, int height, int width);
void write_file(const std::filesystem::path& file, const std::string& bytes);
std::string read_file(const std::filesystem::path& file);

}  // namespace lehr::test
