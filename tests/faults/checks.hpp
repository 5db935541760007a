#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "faults/plan_choice.hpp"
#include "faults/world.hpp"

/// Conditions that must hold after a command with injected faults. Each function returns one sentence for
/// each violation.
namespace lehr::test {

using Problems = std::vector<std::string>;

/// The command ended by itself with a documented status. If it failed, it said why in one line.
Problems check_end(const InjectedOutcome& outcome);
/// A command with status 0 has the same results as without faults.
Problems check_done(const World& world, const std::filesystem::path& tree, const InjectedOutcome& outcome);
/// The runs that a command removed are gone.
Problems check_removed(const World& world, const std::filesystem::path& tree);
/// No file with a final name is half written, and the store is not damaged.
Problems check_whole(const World& world, const std::filesystem::path& tree);
/// Existing files are not lost or changed, except those that the command replaces.
Problems check_kept(const World& world, const std::filesystem::path& tree);
/// A run that had saved checkpoints still has one.
Problems check_resumable(const std::filesystem::path& tree, const std::filesystem::path& notes);
/// Without faults the command, or the resume of its run, gives the undisturbed result.
Problems check_afterwards(const World& world, const std::filesystem::path& tree);
/// After a crash and a resume the records of the run are complete.
Problems check_records(const World& world, const std::filesystem::path& tree);

}  // namespace lehr::test
