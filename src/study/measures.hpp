#pragma once

#include <map>
#include <string>

#include "lehr/store/run_store.hpp"

namespace lehr::study {

/// The quantities of a run by name: those of study_measures() and its metrics and measured values,
/// each of the last epoch that has it. Quantities that the run lacks are left out.
std::map<std::string, double> measured_values(const store::RunStore& runs, const std::string& id);

/// Whether the final validation accuracy is below store::collapse_limit. False if the run has none.
bool has_collapsed(const std::map<std::string, double>& values, std::size_t classes);

}  // namespace lehr::study
