#include "study/known_runs.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <filesystem>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/store/run_store.hpp"
#include "run/prepare.hpp"

namespace lehr::study {
namespace {

using Values = std::map<std::string, std::string>;

/// The values that a run of this configuration records.
Values planned_values(const TrainConfig& config, const ConfigTable& table) {
  Values values = recorded_values(config_toml(config, table), table);
  for (const ConfigField& field : table.fields()) {
    const auto value = values.find(field.key);
    if (value != values.end() && field.absolute) value->second = field.absolute(value->second);
  }
  return values;
}

/// Throws BadInput if the run does not train as planned.
void check_same(const store::RunInfo& run, const Values& recorded, const TrainConfig& config,
                const ConfigTable& table) {
  const Values planned = planned_values(config, table);
  for (const ConfigField& field : table.fields()) {
    if (!field.recorded || field.on_resume != OnResume::equal) continue;
    if (field.key == "lr" && config.find_lr) continue;  // the run records the rate that it found
    const auto was = recorded.find(field.key);
    const auto is = planned.find(field.key);
    const std::string before = was == recorded.end() ? "" : was->second;
    const std::string now = is == planned.end() ? "" : is->second;
    if (before == now) continue;
    throw BadInput("the study " + in_quotes(config.study) + " has the run " + run.id + " with " + field.key +
                   " = " + in_quotes(before) + ", but now " + field.key + " is " + in_quotes(now) +
                   "; give the study another name, or use another folder of runs");
  }
}

void check_version(const store::RunInfo& run, const TrainConfig& config) {
  const auto version = run.environment.find("lehr");
  const std::string found = version == run.environment.end() ? "unknown" : version->second;
  if (found == LEHR_VERSION) return;
  throw BadInput(
      "the study " + in_quotes(config.study) + " has the run " + run.id + " of lehr " + printable(found) +
      ", and this is lehr " LEHR_VERSION +
      "; give the study another name or use another folder of runs, so that all its runs are of one version");
}

/// Compares the data of runs with the data that the study would read now.
class DataCheck {
 public:
  explicit DataCheck(const DataOpener& open) : open_(open) {}

  /// Throws BadInput if they differ. A run without a description is accepted.
  void check(const store::RunInfo& run, const TrainConfig& config) {
    const auto recorded = run.environment.find(run::data_key);
    if (recorded == run.environment.end()) return;
    const std::string& now = description_now(config);
    if (now == recorded->second) return;
    throw BadInput("the data " + in_quotes(config.data) + " has changed since the study " +
                   in_quotes(config.study) + " trained its run " + run.id + " (then " +
                   printable(recorded->second, longest) + "; now " + now +
                   "); give the study another name or use another folder of runs, so that all its runs have "
                   "the same data");
  }

 private:
  static constexpr std::size_t longest = 300;

  struct Described {
    data::DataRequest request;
    double label_noise;
    std::string text;
  };

  /// Each set of data is read once.
  const std::string& description_now(const TrainConfig& config) {
    const data::DataRequest request = data_request(config);
    const auto same = [&](const Described& described) {
      return described.request == request && described.label_noise == config.label_noise;
    };
    const auto found = std::ranges::find_if(descriptions_, same);
    if (found != descriptions_.end()) return found->text;
    descriptions_.push_back(
        {request, config.label_noise, run::description_of(open_training_data(config, open_))});
    return descriptions_.back().text;
  }

  const DataOpener& open_;
  std::deque<Described> descriptions_;
};

const std::string& value_at(const Values& values, const std::string& key) {
  static const std::string none;
  const auto found = values.find(key);
  return found == values.end() ? none : found->second;
}

}  // namespace

bool has_result(const store::RunInfo& run) {
  return run.status == store::RunStatus::done || run.status == store::RunStatus::diverged;
}

std::map<std::pair<std::string, std::uint64_t>, store::RunInfo> known_runs(const StudySpec& spec,
                                                                           const ConfigTable& table,
                                                                           const DataOpener& open) {
  std::map<std::pair<std::string, std::uint64_t>, store::RunInfo> known;
  const std::filesystem::path file = run::store_in(spec.base.out);
  if (!std::filesystem::exists(file)) return known;
  const store::RunStore runs(file);
  DataCheck data(open);
  for (const store::RunInfo& run : runs.runs()) {
    const Values recorded = recorded_values(run.config, table);
    if (value_at(recorded, "study") != spec.name) continue;
    const std::string& name = value_at(recorded, "variant");
    const auto variant = std::ranges::find(spec.variants, name, &StudyVariant::name);
    if (variant == spec.variants.end()) continue;
    std::uint64_t seed = 0;
    const std::string& text = value_at(recorded, "seed");
    std::from_chars(text.data(), text.data() + text.size(), seed);
    if (std::ranges::find(spec.seeds, seed) == spec.seeds.end()) continue;
    const TrainConfig config = config_of(spec, *variant, seed, table);
    const store::RunInfo info = runs.run(run.id);
    check_version(info, config);
    data.check(info, config);
    check_same(run, recorded, config, table);
    const auto [entry, is_new] = known.try_emplace({name, seed}, run);
    if (!is_new && (has_result(run) || !has_result(entry->second))) entry->second = run;
  }
  return known;
}

}  // namespace lehr::study
