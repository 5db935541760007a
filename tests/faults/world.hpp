#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/support.hpp"
#include "faults/injected_process.hpp"

/// Commands for fault injection, and the files that they need.
namespace lehr::test {

using Arguments = std::vector<std::string>;

/// One command, a folder of files, and the command's result without faults.
class World {
 public:
  /// `kind`: train, resume, report, runs or predict. `variant` selects options.
  World(std::string kind, std::size_t variant);

  static std::size_t variants(const std::string& kind);

  const std::string& kind() const { return kind_; }
  const Arguments& arguments() const { return arguments_; }
  bool trains() const { return kind_ == "train" || kind_ == "resume"; }

  bool removes() const;

  /// The folder in which the command runs. It is the same for all trials, because a run contains absolute
  /// paths. It does not exist between trials.
  const std::filesystem::path& tree() const { return tree_; }
  /// The files before the command: a finished run, data; for resume also a killed run.
  const std::filesystem::path& before() const { return before_; }
  /// The finished run: runs/ID.
  const std::filesystem::path& done() const { return done_; }
  /// The files after the undisturbed command.
  const std::filesystem::path& after() const { return after_; }
  const InjectedOutcome& undisturbed() const { return undisturbed_; }
  /// Bytes of the model at the end of the training.
  const std::string& model() const { return model_; }
  /// Whether the command may change a file, given by its relative path: its output, anything in the folder of
  /// its run, or what the undisturbed command removes.
  bool may_change(const std::filesystem::path& file) const;

 private:
  void make_before(const Arguments& training);
  void leave_killed_run(const Arguments& training);
  void run_undisturbed();

  TemporaryFolder folder_;
  std::string kind_;
  Arguments arguments_;
  std::filesystem::path tree_;
  std::filesystem::path before_;
  std::filesystem::path after_;
  std::filesystem::path done_;
  std::filesystem::path killed_;
  InjectedOutcome undisturbed_;
  std::string model_;
};

/// The path that a training printed.
std::filesystem::path printed_path(const std::string& out);
/// Folders of runs that can be resumed, relative to the tree.
std::vector<std::filesystem::path> resumable(const std::filesystem::path& tree);

}  // namespace lehr::test
