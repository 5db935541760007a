#include "data/labelled_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "data/class_names.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

std::string_view name_of(SetKind set) {
  return set == SetKind::train ? "training" : set == SetKind::valid ? "validation" : "test";
}

/// ": did you mean "cat"?" if a name differs in upper and lower case alone.
std::string suggestion(const std::string& name, const std::vector<std::string>& class_names) {
  const auto same = [lower = in_lower_case(name)](const std::string& other) {
    return in_lower_case(other) == lower;
  };
  const auto found = std::find_if(class_names.begin(), class_names.end(), same);
  return found == class_names.end() ? "" : "; did you mean " + in_quotes(*found) + "?";
}

}  // namespace

std::optional<SetKind> set_named(std::string_view name) {
  const std::string lower = in_lower_case(name);
  if (lower == "train" || lower == "training") return SetKind::train;
  if (lower == "valid" || lower == "val" || lower == "validation") return SetKind::valid;
  if (lower == "test" || lower == "testing") return SetKind::test;
  return {};
}

void LabelledSets::add(SetKind set, std::string_view class_name, std::uint32_t file) {
  Part& to = part(set);
  if (to.names.empty() || class_name != to.last_name) {
    to.last_name = class_name;
    to.last = to.names.try_emplace(to.last_name, static_cast<std::uint32_t>(to.names.size())).first->second;
  }
  to.chosen.files.push_back(file);
  to.chosen.labels.push_back(to.last);
}

void LabelledSets::renumber(SetKind set, const std::vector<std::string>& class_names) {
  Part& from = part(set);
  std::vector<std::uint32_t> numbers(from.names.size());
  for (const auto& [name, number] : from.names) {
    const auto found = std::lower_bound(class_names.begin(), class_names.end(), name);
    if (found == class_names.end() || *found != name) {
      throw BadInput(fmt::format("{}: the {} set has the class {}, which the training set lacks{}", place_,
                                 name_of(set), in_quotes(name), suggestion(name, class_names)));
    }
    numbers[number] = static_cast<std::uint32_t>(found - class_names.begin());
  }
  for (std::uint32_t& label : from.chosen.labels) label = numbers[label];
}

DataSplits LabelledSets::make(const FileUse& use) {
  const auto class_names = std::make_shared<std::vector<std::string>>();
  for (const auto& [name, number] : part(SetKind::train).names) class_names->push_back(name);
  check_class_names(place_, *class_names);
  DataSplits splits{.augment = "photos"};
  const std::array<std::shared_ptr<const Dataset>*, 3> sets{&splits.train, &splits.valid, &splits.test};
  for (const SetKind set : {SetKind::train, SetKind::valid, SetKind::test}) {
    if (empty(set)) continue;
    renumber(set, *class_names);
    *sets[static_cast<std::size_t>(set)] =
        std::make_shared<FileDataset>(files_, std::move(part(set).chosen), class_names, use);
  }
  return splits;
}

}  // namespace lehr::data
