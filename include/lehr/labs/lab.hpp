#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/labs/document.hpp"
#include "lehr/study/study.hpp"

/// Labs answer questions about training with experiments on the user's data. A lab is one or more studies
/// and a page made from their records.
namespace lehr::labs {

/// How much a lab trains: its epochs, its number of seeds and of values that it tries.
enum class Budget {
  quick,    ///< 5 seeds; on 4,000 generated digits all labs take about 15 minutes on two cores
  normal,   ///< 5 seeds
  thorough  ///< 10 seeds
};
/// "quick", "normal", "thorough". Throws BadInput with the nearest name for others.
Budget budget_by_name(std::string_view name);
std::string name_of(Budget budget);

struct LabInfo {
  std::string name;      ///< "widths"
  std::string question;  ///< "Why double the filters after each stride-2 convolution?"
};
/// All labs, in the order in which they are read best.
std::vector<LabInfo> all_labs();

struct LabOptions {
  /// Empty: `digits:4000` for Budget::quick, `digits:20000` for the others.
  std::string data{};
  std::string model = "simple-cnn";
  Budget budget = Budget::normal;
  /// Empty: seeds 0, 1, 2, … as many as the budget says. At least 3, since a lab compares over seeds.
  std::vector<std::uint64_t> seeds{};
  std::filesystem::path out = "runs";  ///< folder of the runs
};

/// How far a lab is.
struct LabProgress {
  std::string lab;
  std::size_t done = 0;   ///< runs of all its studies, including those of an earlier process
  std::size_t total = 0;  ///< runs
  const StudySpec* study = nullptr;
  const StudyRun* last = nullptr;  ///< the run that has just ended; null at the start of a study
  std::optional<double> seconds_left{};
};

struct LabHooks {
  std::stop_token stop{};  ///< as StudyHooks::stop
  int workers = 1;         ///< as StudyHooks::workers
  std::function<void(const LabProgress&)> on_progress{};
  std::function<void(const std::string&)> on_warning{};
};

struct LabResult {
  Document page{};           ///< empty if the lab was interrupted
  bool interrupted = false;  ///< the same call goes on with what is missing
};

/// Runs what is missing of a lab, and makes its page from the records. The runs are normal runs in the store;
/// their studies are called NAME-BUDGET-…, with a part that depends on data, model and options. Throws
/// BadInput with the nearest name if there is no such lab, if there are fewer than 3 seeds, if the model does
/// not fit the data or lacks an option that the lab varies, and in the cases of run_study.
LabResult run_lab(const std::string& name, const LabOptions& options, const LabHooks& hooks = {});

/// The page that lists labs with their answers. `pages` are names of labs and their pages. The address of a
/// page is NAME.html.
Document index_page(const std::vector<std::pair<std::string, Document>>& pages);

}  // namespace lehr::labs
