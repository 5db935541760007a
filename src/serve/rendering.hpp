#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lehr/diagnosis/diagnosis.hpp"
#include "serve/live_runs.hpp"
#include "serve/store_view.hpp"

namespace lehr::serve {

/// A report and the findings about each of its runs.
struct Rendered {
  std::shared_ptr<const Report> report{};
  std::vector<nlohmann::json> findings{};
};

/// Reads the runs and makes their report. Of a long run, some batches are read.
Rendered render(const store::RunStore& store, const std::vector<std::string>& ids);
/// The findings alone.
nlohmann::json findings_of_run(const store::RunStore& store, const std::string& id);

/// The line of a run in the list, without its findings.
nlohmann::json line_json(const RunLine& line);
/// JSON as text. Bytes that are not UTF-8 are replaced.
std::string json_text(const nlohmann::json& json);

}  // namespace lehr::serve
