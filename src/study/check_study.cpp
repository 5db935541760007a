#include <algorithm>
#include <set>

#include "lehr/callbacks/measurements.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/study/study.hpp"

namespace lehr {
namespace {

constexpr std::size_t longest_variant_name = 200;

void check_name(const std::string& name) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.'; };
  if (!name.empty() && name.size() <= longest_study_name && std::ranges::all_of(name, fits)) return;
  throw BadInput("the name of a study has 1 to " + std::to_string(longest_study_name) +
                 " letters, digits, '-', '_' and '.', found " + in_quotes(name));
}

template <class T>
void check_distinct(const char* what, const std::vector<T>& all, auto text) {
  if (all.empty()) throw BadInput(std::string("a study needs at least one ") + what);
  for (auto one = all.begin(); one != all.end(); ++one) {
    if (std::find(std::next(one), all.end(), *one) != all.end()) {
      throw BadInput(std::string("the ") + what + " " + text(*one) + " appears twice in the study");
    }
  }
}

void check_measures(const StudySpec& spec) {
  std::vector<std::string> names = spec.base.metrics;
  for (const StudyMeasure& measure : study_measures()) names.push_back(measure.name);
  for (const EpochMeasurement& one : epoch_measurements()) {
    for (const MeasuredValue& value : one.values) names.push_back(value.name);
  }
  check_distinct("measure", spec.measures, [](const std::string& name) { return in_quotes(name); });
  for (const std::string& name : spec.measures) {
    if (std::ranges::find(names, name) == names.end()) throw unknown_name("measure", name, names);
  }
}

/// Runs of a study differ in what their records keep, and share their folder.
void check_setting(const StudySetting& setting, const ConfigTable& table) {
  const ConfigField& field = table.field(setting.key);
  static const std::set<std::string> of_study{"seed", "study", "variant"};
  if (field.recorded && !of_study.contains(field.key)) return;
  throw BadInput("a study cannot vary " + field.key);
}

void check_base(const TrainConfig& base) {
  if (!base.save) throw BadInput("a study needs the records of its runs, so no-save has no place in it");
  if (!base.resume.empty()) throw BadInput("a study starts its own runs, so resume has no place in it");
  for (const auto& [key, file] : {std::pair{"csv", base.csv}, std::pair{"jsonl", base.jsonl}}) {
    if (file.empty()) continue;
    throw BadInput(std::string("the runs of a study would all write to ") + in_quotes(file.string()) +
                   ", so " + key + " has no place in it");
  }
}

/// Throws BadInput if the study compares a value that these runs do not measure.
void check_measured(const std::vector<std::string>& measures, const TrainConfig& config) {
  for (const std::string& name : measures) {
    const EpochMeasurement* const by = measurement_of_value(name);
    if (by == nullptr || std::ranges::find(config.measure, by->name) != config.measure.end()) continue;
    throw BadInput("the study compares " + in_quotes(name) + ", which its runs do not measure: add " +
                   in_quotes(by->name) + " to their measure");
  }
}

void check_variant(const StudySpec& spec, const StudyVariant& variant, const ConfigTable& table) {
  if (variant.name.empty() || has_control_characters(variant.name)) {
    throw BadInput("a variant needs a name of printable characters, found " + in_quotes(variant.name));
  }
  if (variant.name.size() > longest_variant_name) {
    throw BadInput("the name of a variant has at most " + std::to_string(longest_variant_name) +
                   " bytes, found " + std::to_string(variant.name.size()));
  }
  try {
    for (const StudySetting& setting : variant.settings) check_setting(setting, table);
    const TrainConfig config = config_of(spec, variant, spec.seeds.front(), table);
    table.check_values(config);
    table.check_rules(config);
    check_measured(spec.measures, config);
  } catch (const BadInput& error) {
    throw BadInput("variant " + in_quotes(variant.name) + ": " + error.what());
  }
}

}  // namespace

TrainConfig config_of(const StudySpec& spec, const StudyVariant& variant, std::uint64_t seed,
                      const ConfigTable& table) {
  TrainConfig config = spec.base;
  for (const StudySetting& setting : variant.settings) table.give(config, setting.key, setting.text);
  config.seed = seed;
  config.study = spec.name;
  config.variant = variant.name;
  if (config.name.empty()) config.name = spec.name + ": " + variant.name + ", seed " + std::to_string(seed);
  return config;
}

void check_study(const StudySpec& spec, const ConfigTable& table) {
  check_name(spec.name);
  check_distinct("seed", spec.seeds, [](std::uint64_t seed) { return std::to_string(seed); });
  std::vector<std::string> names;
  for (const StudyVariant& variant : spec.variants) names.push_back(variant.name);
  check_distinct("variant", names, [](const std::string& name) { return in_quotes(name); });
  check_measures(spec);
  check_base(spec.base);
  for (const StudyVariant& variant : spec.variants) check_variant(spec, variant, table);
}

}  // namespace lehr
