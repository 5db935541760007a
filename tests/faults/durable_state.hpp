#pragma once

#include <filesystem>

#include "lehr/core/rng.hpp"

/// Computes the state of a tree of files after a crash of the machine.
namespace lehr::test {

/// How much of the unflushed data survives. Bytes that a program flushed with fsync and entries of flushed
/// folders always survive.
enum class Unflushed {
  lost,   ///< nothing
  mixed,  ///< some pages of each file; of each folder the changes up to some point
  kept,   ///< everything: the program was killed, but the machine keeps running
};

/// Changes `tree` to the state after a crash. `before` is a copy of it from before the program ran. `journal`
/// is the folder in which the injector (tests/faults/injector) logged the program's calls.
void crash(const std::filesystem::path& tree, const std::filesystem::path& before,
           const std::filesystem::path& journal, Unflushed unflushed, Rng& rng);

}  // namespace lehr::test
