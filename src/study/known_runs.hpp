#pragma once

#include <map>
#include <string>
#include <utility>

#include "lehr/run/setup.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/study/study_spec.hpp"

namespace lehr::study {

/// The runs of a study in the store, by variant's name and seed. Of several runs, the newest one that
/// is done or diverged, otherwise the newest one.
///
/// Throws BadInput if a run of that study and variant has other options, or was made by another
/// version of lehr, or if its data, opened by `open`, has changed.
std::map<std::pair<std::string, std::uint64_t>, store::RunInfo> known_runs(const StudySpec& spec,
                                                                           const ConfigTable& table,
                                                                           const DataOpener& open);

/// Whether a run has a result: it is done, or it diverged.
bool has_result(const store::RunInfo& run);

}  // namespace lehr::study
