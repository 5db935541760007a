#include "labs/lab.hpp"

#include <array>
#include <utility>

#include "labs/labs.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/run/setup.hpp"
#include "run/prepare.hpp"

namespace lehr::labs {
namespace {

const std::multimap<int, Lab>& registered() {
  static const LabRegistry registry = [] {
    LabRegistry all;
    register_all_labs(all);
    return all;
  }();
  return registry.labs();
}

constexpr std::array<std::pair<std::string_view, Budget>, 3> budgets{
    {{"quick", Budget::quick}, {"normal", Budget::normal}, {"thorough", Budget::thorough}}};

/// A short text that depends on the options that are not the defaults. It is part of a study's name, so that
/// runs of two data sets are never mixed.
std::string identity_of(const TrainConfig& config) {
  const TrainConfig usual;
  const ConfigTable table = train_config_table();
  Hash hash;
  for (const ConfigField& field : table.fields()) {
    if (!field.recorded || field.get(config) == field.get(usual)) continue;
    const std::string text = value_text(field.get(config));
    hash.add(field.key + "=" + (field.absolute ? field.absolute(text) : text) + "\n");
  }
  constexpr std::size_t digits = 6;
  return hash.text().substr(0, digits);
}

}  // namespace

Budget budget_by_name(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& [known, budget] : budgets) {
    if (known == name) return budget;
    names.emplace_back(known);
  }
  throw unknown_name("budget", name, names);
}

std::string name_of(Budget budget) {
  for (const auto& [name, known] : budgets) {
    if (known == budget) return std::string(name);
  }
  throw BadInput("there is no budget number " + std::to_string(static_cast<int>(budget)));
}

std::size_t usual_seeds(Budget budget) { return budget == Budget::thorough ? 10 : 5; }

std::vector<LabInfo> all_labs() {
  std::vector<LabInfo> all;
  for (const auto& [place, lab] : registered()) all.push_back({lab.name, lab.question});
  return all;
}

const Lab& lab_named(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [place, lab] : registered()) {
    if (lab.name == name) return lab;
    names.push_back(lab.name);
  }
  throw unknown_name("lab", name, names);
}

StudySpec LabSetup::study(const std::string& part) const {
  StudySpec spec;
  spec.name = lab + (part.empty() ? "" : "." + part) + "-" + name_of(budget) + "-" + identity_of(base);
  spec.base = base;
  spec.seeds = seeds;
  return spec;
}

Graph LabSetup::graph(const StudySpec& study, const StudyVariant& variant) const {
  const TrainConfig config = config_of(study, variant, seeds.front(), train_config_table());
  return make_graph(config, input_shape(config, data), data.classes());
}

const store::RunStore& LabView::store() const {
  if (!store_) store_.emplace(run::store_in(setup_.base.out));
  return *store_;
}

store::RunRecords LabView::records(const std::string& id) const {
  return store().read(id, {.pictures = false});
}

const StudyRun& LabView::first_run(std::size_t study, std::size_t variant) const {
  for (const StudyRun& run : result(study).runs) {
    if (run.variant == variant && run.seed == setup_.seeds.front()) return run;
  }
  throw Error("the study " + result(study).spec.name + " has no run of its variant " +
              std::to_string(variant));
}

StudyResult LabView::with_values(const StudyResult& result,
                                 const std::map<std::string, RunNumber>& values) const {
  StudyResult extended = result;
  for (StudyRun& run : extended.runs) {
    const store::RunRecords read = records(run.id);
    for (const auto& [name, value] : values) {
      if (const std::optional<double> found = value(read)) run.values[name] = *found;
    }
  }
  return extended;
}

}  // namespace lehr::labs
