#include "trial/trial_study.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "trial/shortened.hpp"

namespace lehr::trial {
namespace {

constexpr const char* without = "without the cure";

/// The training without what only watches it, and with a validation.
TrainConfig plain(TrainConfig config, const ConfigTable& table) {
  static const TrainConfig defaults;
  for (const ConfigField& field : table.fields()) {
    if (changes_training(field)) continue;
    field.set(config, field.get(defaults));
    config.given.erase(field.key);
  }
  return config;
}

std::string text_of(const std::vector<StudySetting>& cure) {
  std::string text;
  for (const StudySetting& one : cure) text += (text.empty() ? "" : ", ") + one.key + "=" + one.text;
  return text;
}

/// The fields in which the training with the cure differs.
std::vector<StudySetting> differences(const TrainConfig& base, const TrainConfig& other,
                                      const ConfigTable& table) {
  std::vector<StudySetting> found;
  for (const ConfigField& field : table.fields()) {
    const std::string text = value_text(field.get(other));
    if (text != value_text(field.get(base))) found.push_back({field.key, text});
  }
  return found;
}

std::string name_of(const Trial& trial, const StudySpec& spec, const ConfigTable& table) {
  constexpr std::size_t longest = 40;
  Hash hash;
  hash.add(config_toml(spec.base, table) + LEHR_VERSION);
  for (const StudySetting& one : spec.variants[1].settings) hash.add("\n" + one.key + "=" + one.text);
  return (trial.rule.empty() ? "own" : trial.rule.substr(0, longest)) + "-" + hash.text().substr(0, 8);
}

}  // namespace

bool changes_training(const ConfigField& field) {
  static const std::set<std::string> others{
      "csv",   "jsonl",   "time-limit", "measure",     "save-best",       "checkpoint-batches", "name",
      "study", "variant", "train-eval", "no-validate", "require-records", "checkpoint-minutes", "no-save",
      "out",   "resume"};
  return field.group != "Statistics" && !others.contains(field.key);
}

TrainConfig cured(const Trial& trial, const ConfigTable& table) {
  if (trial.cure.empty()) throw BadInput("a trial needs a cure: options of a training and their values");
  TrainConfig config = trial.base;
  for (const StudySetting& one : trial.cure) table.give(config, one.key, one.text);
  return config;
}

StudySpec study_of(const Trial& trial, std::int64_t pictures, const ConfigTable& table) {
  const TrainConfig base = plain(trial.base, table);
  const TrainConfig other = plain(cured(trial, table), table);
  const Shortening by = shortening_to(trial.batches, base, pictures);
  StudySpec spec;
  spec.base = shortened(base, by, pictures);
  const std::vector<StudySetting> settings = differences(spec.base, shortened(other, by, pictures), table);
  if (settings.empty()) {
    throw BadInput("the cure " + in_quotes(text_of(trial.cure)) +
                   " changes nothing of the training: it is so already, or only records and files differ");
  }
  spec.variants = {{without, {}}, {text_of(trial.cure), settings}};
  spec.measures = {"accuracy", "valid_loss", "train_loss", "train_seconds"};
  if (!trial.measure.empty() && std::ranges::find(spec.measures, trial.measure) == spec.measures.end()) {
    spec.measures.push_back(trial.measure);
  }
  spec.seeds.clear();
  for (std::int64_t i = 0; i < trial.seeds; ++i) {
    spec.seeds.push_back(trial.base.seed + static_cast<std::uint64_t>(i));
  }
  spec.name = name_of(trial, spec, table);
  spec.base.out = trial.folder;
  return spec;
}

}  // namespace lehr::trial
