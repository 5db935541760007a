#include "study_options.hpp"

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_table.hpp"
#include "train_options.hpp"

namespace lehr::cli {
namespace {

constexpr std::int64_t usual_seeds = 5;

bool is_list(const ConfigField& field) {
  return field.type == FieldType::integers || field.type == FieldType::reals ||
         field.type == FieldType::texts;
}

std::vector<std::string> parts_between(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(separator, from), text.size());
    parts.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

void check_count(const ConfigField& field, const std::string& text, std::size_t count) {
  if (count > 1) return;
  const std::string how = is_list(field) ? ", with ';' between them because each is a list" : "";
  throw BadInput("--vary " + field.key + " needs at least two values" + how + ", found " + in_quotes(text));
}

/// A short text that differs if a training has other options. Values that are the default do not count, so
/// that a new option of a later version changes no name.
std::string hash_of(const TrainConfig& base, const std::vector<StudyAxis>& axes, const ConfigTable& table) {
  Hash hash;
  for (const ConfigField& field : table.fields()) {
    const bool is_axis = std::ranges::find(axes, field.key, &StudyAxis::key) != axes.end();
    if (!field.recorded || field.on_resume == OnResume::free || field.key == "seed" || is_axis) continue;
    std::string value = value_text(field.get(base));
    if (value == value_text(field.get(TrainConfig()))) continue;
    if (field.absolute) value = field.absolute(value);
    hash.add(field.key + "=" + value + "\n");
  }
  return hash.text().substr(0, 8);
}

std::string derived_name(const TrainConfig& base, const std::vector<StudyAxis>& axes,
                         const ConfigTable& table) {
  constexpr std::size_t longest = 50;
  std::string name;
  for (const StudyAxis& axis : axes) name += (name.empty() ? "" : "-") + axis.key;
  if (name.empty()) name = "train";
  return name.substr(0, longest) + "-" + hash_of(base, axes, table);
}

std::vector<std::string> measures_of(const TrainConfig& base) {
  std::vector<std::string> measures{"accuracy"};
  for (const std::string& metric : base.metrics) {
    if (std::ranges::find(measures, metric) == measures.end()) measures.push_back(metric);
  }
  return measures;
}

void check_axes(const std::vector<StudyAxis>& axes, const TrainConfig& line) {
  for (auto axis = axes.begin(); axis != axes.end(); ++axis) {
    if (line.given.contains(axis->key)) {
      throw BadInput("--" + axis->key + " contradicts --vary " + axis->key);
    }
    if (std::ranges::find(axes.begin(), axis, axis->key, &StudyAxis::key) != axis) {
      throw BadInput("--vary " + axis->key + " is given twice; write all values in one list");
    }
  }
}

}  // namespace

std::vector<std::uint64_t> first_seeds(std::int64_t count) {
  std::vector<std::uint64_t> seeds;
  for (std::int64_t i = 0; i < count; ++i) seeds.push_back(static_cast<std::uint64_t>(i));
  return seeds;
}

StudyAxis read_axis(const std::string& text, const ConfigTable& table) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw BadInput("--vary takes KEY=VALUE,VALUE,..., as lr=0.01,0.1, found " + in_quotes(text));
  }
  const std::string key = text.substr(0, equals);
  if (!table.has(key)) {
    std::vector<std::string> keys;
    for (const ConfigField& field : table.fields()) keys.push_back(field.key);
    throw unknown_name("option after --vary", key, keys);
  }
  const ConfigField& field = table.field(key);
  const std::string values = text.substr(equals + 1);
  const bool semicolons = is_list(field) || values.find(';') != std::string::npos;
  StudyAxis axis{field.key, {}};
  for (const std::string& value : parts_between(values, semicolons ? ';' : ',')) {
    axis.values.push_back(value_text(field.read(value)));
  }
  check_count(field, values, axis.values.size());
  return axis;
}

void check_study_line(const StudyLine& study, const TrainConfig& line) {
  const char* option = study.vary.empty() ? "--seeds" : "--vary";
  for (const std::string_view key :
       {std::string_view("resume"), own::verify, own::trace_events, std::string_view("study"),
        std::string_view("variant"), std::string_view("seed")}) {
    if (line.given.contains(key)) throw BadInput("--" + std::string(key) + " contradicts " + option);
  }
}

StudySpec study_of(const StudyLine& study, const TrainConfig& line, const TrainConfig& base,
                   const ConfigTable& table) {
  std::vector<StudyAxis> axes;
  for (const std::string& text : study.vary) axes.push_back(read_axis(text, table));
  check_axes(axes, line);
  StudySpec spec{.name = base.name, .base = base};
  spec.base.name.clear();  // each run gets a title of its own
  spec.base.given.erase("name");
  if (spec.name.empty()) spec.name = derived_name(spec.base, axes, table);
  spec.variants = axes.empty() ? std::vector<StudyVariant>{{.name = "base"}} : grid_variants(axes);
  spec.seeds = first_seeds(study.seeds > 0 ? study.seeds : usual_seeds);
  spec.measures = measures_of(base);
  return spec;
}

}  // namespace lehr::cli
