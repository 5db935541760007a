#pragma once

#include <exception>
#include <string>

#include "lehr/data/dataset.hpp"
#include "lehr/run/train_config.hpp"

namespace lehr::run {

/// Calls `use`, and lets the error of a picture that cannot be read name --skip-unreadable.
template <class Use>
auto suggesting_to_skip(const TrainConfig& config, const Use& use) {
  try {
    return use();
  } catch (const UnreadableSample& error) {
    if (config.skip_unreadable || !config.resume.empty()) throw;  // a resumed run keeps its pictures
    std::throw_with_nested(BadInput(std::string(error.what()) +
                                    "; --skip-unreadable leaves out the pictures that cannot be read"));
  }
}

}  // namespace lehr::run
