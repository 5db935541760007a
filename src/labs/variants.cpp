#include <algorithm>
#include <map>

#include "labs/evidence.hpp"
#include "lehr/study/summary.hpp"

namespace lehr::labs {
namespace {

std::string suffix_of(const std::string& key, const std::string& value) { return ", " + key + " " + value; }

/// A variant without one of its settings, under its name before crossed() added it.
StudyVariant without(const StudyVariant& variant, const std::string& key) {
  StudyVariant before = variant;
  const std::string suffix = suffix_of(key, setting_of(variant, key));
  if (const std::size_t at = before.name.find(suffix); at != std::string::npos) {
    before.name.erase(at, suffix.size());
  }
  std::erase_if(before.settings, [&](const StudySetting& setting) { return setting.key == key; });
  return before;
}

/// The variants that belong together if `key` does not count, each group with its variants' indices.
struct Groups {
  std::vector<StudyVariant> variants;
  std::vector<std::vector<std::size_t>> members;
};

Groups grouped(const StudySpec& spec, const std::string& key) {
  Groups groups;
  for (std::size_t i = 0; i < spec.variants.size(); ++i) {
    StudyVariant before = without(spec.variants[i], key);
    const auto found = std::ranges::find(groups.variants, before);
    const auto place = static_cast<std::size_t>(found - groups.variants.begin());
    if (found == groups.variants.end()) {
      groups.variants.push_back(std::move(before));
      groups.members.emplace_back();
    }
    groups.members[place].push_back(i);
  }
  return groups;
}

/// Mean over the finished runs except those of one seed. A variant of which half or more failed counts as
/// worst.
std::optional<double> mean_without(const study::Variant& variant, std::uint64_t seed) {
  double sum = 0;
  std::int64_t finished = 0;
  std::int64_t failed = 0;
  for (const study::SeedRun& run : variant.runs) {
    if (run.seed == seed) continue;
    if (run.outcome == study::Outcome::finished) {
      sum += run.value;
      ++finished;
    } else {
      ++failed;
    }
  }
  if (finished == 0 || failed >= finished) return std::nullopt;
  return sum / static_cast<double>(finished);
}

std::size_t best_without(const std::vector<study::Variant>& all, const std::vector<std::size_t>& members,
                         const StudyMeasure& measure, std::uint64_t seed) {
  std::size_t best = members.front();
  std::optional<double> best_mean;
  for (const std::size_t member : members) {
    const std::optional<double> mean = mean_without(all[member], seed);
    if (!mean) continue;
    if (!best_mean || (measure.higher_is_better ? *mean > *best_mean : *mean < *best_mean)) {
      best = member;
      best_mean = mean;
    }
  }
  return best;
}

std::string most_frequent(const std::map<std::string, int>& counts) {
  return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })->first;
}

}  // namespace

std::vector<StudyVariant> crossed(const std::vector<StudyVariant>& variants, const StudyAxis& axis) {
  std::vector<StudyVariant> all;
  for (const StudyVariant& variant : variants) {
    for (const std::string& value : axis.values) {
      StudyVariant one = variant;
      one.name += suffix_of(axis.key, value);
      one.settings.push_back({axis.key, value});
      all.push_back(std::move(one));
    }
  }
  return all;
}

std::string setting_of(const StudyVariant& variant, const std::string& key) {
  const auto found = std::ranges::find(variant.settings, key, &StudySetting::key);
  return found == variant.settings.end() ? "" : found->text;
}

Sweep sweep_of(const StudyResult& result, const std::string& name, const std::string& key) {
  Sweep sweep{name, {}, {}};
  for (const StudyVariant& variant : result.spec.variants) {
    sweep.variants.push_back(sweep.variants.size());
    sweep.x.push_back(std::stod(setting_of(variant, key)));
  }
  return sweep;
}

std::vector<Sweep> sweeps_by(const StudyResult& result, const std::string& key) {
  const Groups groups = grouped(result.spec, key);
  std::vector<Sweep> sweeps;
  for (std::size_t group = 0; group < groups.variants.size(); ++group) {
    Sweep sweep{groups.variants[group].name, groups.members[group], {}};
    for (const std::size_t member : sweep.variants) {
      sweep.x.push_back(std::stod(setting_of(result.spec.variants[member], key)));
    }
    sweeps.push_back(std::move(sweep));
  }
  return sweeps;
}

StudyResult picked(const StudyResult& result, const std::vector<std::size_t>& variants) {
  StudyResult part{.spec = result.spec};
  part.spec.variants.clear();
  for (const std::size_t index : variants) {
    for (StudyRun run : result.runs) {
      if (run.variant != index) continue;
      run.variant = part.spec.variants.size();
      part.runs.push_back(std::move(run));
    }
    part.spec.variants.push_back(result.spec.variants.at(index));
  }
  return part;
}

StudyResult only(const StudyResult& result, const std::string& key, const std::string& value) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < result.spec.variants.size(); ++i) {
    if (setting_of(result.spec.variants[i], key) == value) indices.push_back(i);
  }
  StudyResult part = picked(result, indices);
  for (StudyVariant& variant : part.spec.variants) variant = without(variant, key);
  return part;
}

Tuned tuned(const StudyResult& result, const std::string& key, const StudyMeasure& measure) {
  const Groups groups = grouped(result.spec, key);
  const std::vector<study::Variant> all = variants_of(result, measure.name);
  Tuned found{.result = {.spec = result.spec}};
  found.result.spec.variants = groups.variants;
  for (std::size_t group = 0; group < groups.variants.size(); ++group) {
    std::map<std::string, int> counts;
    for (const std::uint64_t seed : result.spec.seeds) {
      const std::size_t best = best_without(all, groups.members[group], measure, seed);
      ++counts[setting_of(result.spec.variants[best], key)];
      for (StudyRun run : result.runs) {
        if (run.variant != best || run.seed != seed) continue;
        run.variant = group;
        found.result.runs.push_back(std::move(run));
      }
    }
    found.chosen.push_back(most_frequent(counts));
  }
  return found;
}

}  // namespace lehr::labs
