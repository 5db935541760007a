#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// Runs the real command in its own folder.
namespace lehr::test {

/// A new folder, removed by the destructor.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// The relative names of everything in it, sorted.
  std::vector<std::string> contents() const;

 private:
  std::filesystem::path path_;
};

struct Outcome {
  int status = -1;  ///< exit status, or 128 + the signal that ended it
  std::string out;
  std::string err;

  /// stdout as one JSON object per line. Fails the test if it is not.
  std::vector<nlohmann::json> events() const;
  nlohmann::json event(const std::string& name) const;
};

/// A running command.
class Running {
 public:
  /// With file_size_limit > 0, every write beyond that many bytes fails, as on a full disk.
  Running(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
          std::int64_t file_size_limit = 0);
  /// A script for sh. In it, "$LEHR" is the command.
  static Running script(const std::filesystem::path& folder, const std::string& text);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void signal(int number) const;
  /// Waits until stdout contains the text. Returns false if the command ends or half a minute
  /// passes first.
  bool wait_for_output(const std::string& text);
  /// Waits until the command handles that signal. Returns false if it ends or half a minute passes
  /// first.
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
/// Trains a run of two epochs on 200 generated digits in that folder. Returns its ID.
std::string trained_run(const std::filesystem::path& folder, std::vector<std::string> options);

/// Writes the four files of MNIST's layout, with `count` images of that size in both the training
/// and the test set.
void write_idx(const std::filesystem::path& folder, int count, int height, int width);
void write_file(const std::filesystem::path& file, const std::string& bytes);
std::string read_file(const std::filesystem::path& file);

/// The four bytes of a number, highest first.
std::string big_endian(std::uint32_t value);

}  // namespace lehr::test
