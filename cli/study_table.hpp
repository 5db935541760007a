#pragma once

#include <cstddef>
#include <string>

#include "lehr/study/study.hpp"

namespace lehr::cli {

/// What a study shows, for people: a table of the variants, and a verdict on each comparison with the
/// first variant; of one variant alone, the spread of its seeds. 0 columns means no limit.
std::string study_text(const StudyResult& result, std::size_t columns);
/// One run of a study: "98.12 %, 12.3 s", "diverged".
std::string outcome_text(const StudySpec& spec, const StudyRun& run);

}  // namespace lehr::cli
