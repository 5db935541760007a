#pragma once

#include <string>

#include "lehr/train/learner.hpp"

namespace lehr::cli {

/// What a training on pictures of their own sizes reads, in two lines: how many pictures each class has, and
/// what input they become. Empty if all pictures have one shape.
std::string data_text(const Learner& learner);

}  // namespace lehr::cli
