#pragma once

#include <nlohmann/json.hpp>

#include "lehr/diagnosis/diagnosis.hpp"

namespace lehr::report {

/// The section "Diagnosis" of a page (src/report/page/diagnosis.js).
nlohmann::json findings_data(const diagnosis::Findings& found);

}  // namespace lehr::report
