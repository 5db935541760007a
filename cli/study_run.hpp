#pragma once

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

/// Runs a study with progress, and prints its table and verdicts. A signal stops it. Returns the exit status.
int run_and_print(const StudySpec& spec, const StudyOutput& output, SignalWatch& watch);

}  // namespace lehr::cli
