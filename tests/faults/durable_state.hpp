#pragma once

#include <filesystem>

#include "lehr/core/rng.hpp"

/// What a crash of the machine leaves of a tree of files.
namespace lehr::test {

/// What is left of that which was never flushed. Bytes that a program flushed with fsync, and names in a
/// folder that it flushed, are always left.
enum class Unflushed {
  lost,   ///< nothing
  mixed,  ///< some pages of each file; of each folder the changes up to some point
  kept,   ///< everything: the program was killed, and the machine goes on
};

/// Makes `tree` what a crash leaves. `before` is a copy of it from before the program ran, `journal` the
/// folder in which the injector (tests/faults/injector) noted what the program did.
void crash(const std::filesystem::path& tree, const std::filesystem::path& before,
           const std::filesystem::path& journal, Unflushed unflushed, Rng& rng);

}  // namespace lehr::test
