#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "faults/plan_choice.hpp"
#include "faults/world.hpp"

/// What must hold after a command that met faults. Each returns what does not, a sentence each.
namespace lehr::test {

using Problems = std::vector<std::string>;

/// The command ended by itself, with a documented status; if it failed, it said why in one line.
Problems check_end(const InjectedOutcome& outcome);
/// A command that ended with status 0 did what it does without faults.
Problems check_done(const World& world, const std::filesystem::path& tree, const InjectedOutcome& outcome);
/// What a command that removes has removed is gone.
Problems check_removed(const World& world, const std::filesystem::path& tree);
/// No file with a final name is half written, and the store is sound.
Problems check_whole(const World& world, const std::filesystem::path& tree);
/// Nothing that was there before is lost or changed, but what the command replaces.
Problems check_kept(const World& world, const std::filesystem::path& tree);
/// A run that had saved checkpoints still has one.
Problems check_resumable(const std::filesystem::path& tree, const std::filesystem::path& notes);
/// Without faults the command, or the resume of what it began, comes to the undisturbed end.
Problems check_afterwards(const World& world, const std::filesystem::path& tree);
/// After a crash and a resume the records of the run are complete.
Problems check_records(const World& world, const std::filesystem::path& tree);

}  // namespace lehr::test
