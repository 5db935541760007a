#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/support.hpp"
#include "faults/injected_process.hpp"

/// Commands that faults are injected into, with the files that they find.
namespace lehr::test {

using Arguments = std::vector<std::string>;

/// One command in a folder of files: what it does undisturbed is known.
class World {
 public:
  /// `kind`: train, resume, report, runs or predict. `variant` chooses options.
  World(std::string kind, std::size_t variant);

  static std::size_t variants(const std::string& kind);

  const std::string& kind() const { return kind_; }
  const Arguments& arguments() const { return arguments_; }
  bool trains() const { return kind_ == "train" || kind_ == "resume"; }

  bool removes() const;

  /// Where the command runs, each time: a run holds absolute paths. Not there between trials.
  const std::filesystem::path& tree() const { return tree_; }
  /// The files that the command finds: a run that is done, data; for resume a run that was killed.
  const std::filesystem::path& before() const { return before_; }
  /// The run that is done: runs/ID.
  const std::filesystem::path& done() const { return done_; }
  /// What the undisturbed command made of them.
  const std::filesystem::path& after() const { return after_; }
  const InjectedOutcome& undisturbed() const { return undisturbed_; }
  /// Bytes of the model that the training ends with.
  const std::string& model() const { return model_; }
  /// Files that the command may change, relative: its output. Of runs, anything below the run's folder.
  /// Or remove: what the undisturbed command removes.
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
