#pragma once

#include <string>
#include <vector>

namespace lehr::cli {

/// The command line with what --recipe, --config and --resume of `lehr train` stand for put before the
/// options of the command line, which override them. Throws BadInput where such a source is wrong, and for
/// options beside --resume that would change the training.
std::vector<std::string> expand(std::vector<std::string> arguments);

}  // namespace lehr::cli
