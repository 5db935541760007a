#pragma once

#include <string>

#include "diagnosis/facts.hpp"

namespace lehr::diagnosis {

/// What is good about a run without a problem: "healthy: all 5 recorded layers have std 0.4 to 1.6 and
/// near-zero 12 to 60 %". Empty if nothing was recorded.
std::string healthy_text(const Facts& facts);

}  // namespace lehr::diagnosis
