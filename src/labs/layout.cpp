#include "labs/layout.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <set>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::labs {
namespace {

std::string value_of(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? "unknown" : printable(found->second);
}

/// The last run of the lab. It says when, where and with which version the lab ran.
store::RunInfo newest_run(const LabView& view) {
  store::RunInfo newest;
  for (const StudyResult& result : view.results()) {
    for (const StudyRun& run : result.runs) {
      store::RunInfo info = view.store().run(run.id);
      if (info.ended > newest.ended) newest = std::move(info);
    }
  }
  return newest;
}

std::string date_text(double seconds) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::size_t number_of_runs(const LabView& view) {
  std::size_t count = 0;
  for (const StudyResult& result : view.results()) count += result.runs.size();
  return count;
}

std::string subtitle(const LabView& view) {
  const LabSetup& setup = view.setup();
  const store::RunInfo run = newest_run(view);
  return fmt::format("Lab `{}`: {} of {} on {}, {} budget, {}. lehr {}, {}, {}.", setup.lab,
                     counted(number_of_runs(view), "training"), setup.base.model, shown_data(setup.base.data),
                     name_of(setup.budget), counted(setup.seeds.size(), "seed"),
                     value_of(run.environment, "lehr"), value_of(run.environment, "processor"),
                     date_text(run.ended));
}

Section words(const std::string& title, const std::string& text) { return {title, {Paragraph{text}}}; }

Section list(const std::string& title, const std::vector<std::string>& items) {
  return {title, {Bullets{items}}};
}

Section experiment(const Lab& lab, const LabView& view) {
  const LabSetup& setup = view.setup();
  const TrainConfig& base = view.result(0).spec.base;
  Section section = words("The experiment", lab.experiment);
  section.blocks.push_back(Paragraph{fmt::format(
      "Training set: {} images; validation set: {} images. Unless a variant says otherwise, a training has "
      "{} of batches of {}, the optimizer {}, the schedule {} and the rate {}. All variants share the data "
      "and the seeds, so they are compared in pairs. Intervals are 95 % intervals over the seeds; if several "
      "comparisons are read together, their p-values are corrected (Holm).",
      setup.data.train->size(), setup.data.valid->size(), counted(base.epochs, "epoch"), base.batch_size,
      base.optimizer, base.schedule, number_text(base.lr))});
  return section;
}

Section repeat(const LabView& view) {
  const LabSetup& setup = view.setup();
  std::string studies;
  for (const StudyResult& result : view.results()) {
    studies += (studies.empty() ? "" : ", ") + ("`" + result.spec.name + "`");
  }
  Section section{"Repeat it", {}};
  std::string command = fmt::format("lehr lab {} --data {}", setup.lab, shown_data(setup.base.data));
  if (setup.base.model != TrainConfig().model) command += " --model " + setup.base.model;
  command += " --budget " + name_of(setup.budget);
  if (setup.seeds.size() != usual_seeds(setup.budget))
    command += fmt::format(" --seeds {}", setup.seeds.size());
  section.blocks.push_back(Code{command});
  section.blocks.push_back(
      Paragraph{"Every training is a normal run in the store, with its report and its `config.toml`. The "
                "runs record the study to which they belong: " +
                studies + ". `lehr train --config config.toml` repeats one of them, with the same weights."});
  return section;
}

}  // namespace

std::string shown_data(const std::string& data) {
  const std::size_t colon = data.rfind(':');
  const std::filesystem::path path = data.substr(colon + 1);
  if (colon == std::string::npos || !path.has_parent_path()) return data;
  const std::filesystem::path last = path.has_filename() ? path.filename() : path.parent_path().filename();
  return data.substr(0, colon + 1) + last.string();
}

Document page_of(const Lab& lab, const LabView& view, Evidence evidence) {
  Document page{.title = lab.question, .subtitle = subtitle(view)};
  page.highlights = std::move(evidence.verdicts);
  page.sections.push_back(list("What people say", lab.said));
  page.sections.push_back(words("What we expect", lab.prediction));
  page.sections.push_back(experiment(lab, view));
  std::ranges::move(evidence.sections, std::back_inserter(page.sections));
  page.sections.push_back(list("What this does not show", lab.limits));
  page.sections.push_back(repeat(view));
  page.sections.push_back(list("Sources", lab.sources));
  return page;
}

Document index_page(const std::vector<std::pair<std::string, Document>>& pages) {
  Document index{.title = "Questions about training, answered by experiment"};
  index.subtitle =
      "Each answer is made by rules from measurements. Each page says what was trained, what the numbers "
      "support, and what they do not.";
  for (const auto& [name, page] : pages) {
    Section section{page.title, {}};
    if (!page.highlights.empty()) section.blocks.push_back(Bullets{page.highlights});
    section.blocks.push_back(PageLink{"The experiment: " + name, name});
    index.sections.push_back(std::move(section));
  }
  return index;
}

}  // namespace lehr::labs
