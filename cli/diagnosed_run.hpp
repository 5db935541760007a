#pragma once

#include "lehr/diagnosis/diagnosis.hpp"
#include "lehr/store/run_records.hpp"
#include "run_names.hpp"

namespace lehr::cli {

struct DiagnosedRun {
  store::RunInfo info;
  diagnosis::Findings found;
};

/// Applies all rules to the records of a run and its network. Throws BadInput as RunStore::read.
DiagnosedRun diagnosed(const NamedRun& named);

}  // namespace lehr::cli
