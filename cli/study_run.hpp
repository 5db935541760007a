#pragma once

#include <string>

#include "interrupt.hpp"
#include "lehr/study/study.hpp"

namespace lehr::cli {

/// How a study is run and shown.
struct StudyOutput {
  int workers = 0;                     ///< runs at a time; 0: one for each thread, at most 8
  bool json = false;                   ///< events on stdout instead of a table
  bool quiet = false;                  ///< no progress on stderr
  const ConfigTable* table = nullptr;  ///< as StudyHooks::table
};

/// The number of runs at a time: `asked`, or by default one for each thread, at most 8.
int workers_of(int asked);
/// "45 s", "12 min", "2.5 h"
std::string time_left(double seconds);

/// Runs a study with progress, and prints its table and verdicts. A signal stops it. Returns the exit status.
int run_and_print(const StudySpec& spec, const StudyOutput& output, SignalWatch& watch);

}  // namespace lehr::cli
