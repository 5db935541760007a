#pragma once

namespace lehr::cli {

/// Parses the command line, runs the command that it names and returns the exit status: 0 done, 2
/// wrong usage or bad input, 3 training diverged, 130 interrupted, 1 anything else. Failures are
/// one sentence on stderr and, with --json, also an object on stdout.
int run(int argc, char** argv);

}  // namespace lehr::cli
