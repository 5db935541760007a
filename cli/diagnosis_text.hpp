#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lehr/diagnosis/diagnosis.hpp"

namespace lehr::cli {

/// The findings for people, one paragraph each, and what was not checked.
std::string diagnosis_text(const diagnosis::Findings& diagnosis);

/// One finding, with its symptoms, as an object of --json.
nlohmann::ordered_json finding_json(const diagnosis::Finding& finding);

}  // namespace lehr::cli
