#include "lehr/train/parameter_groups.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "train/group_ranges.hpp"

namespace lehr {
namespace {

std::map<std::string, const ParameterGroup*> groups_by_parameter(const std::vector<ParameterGroup>& groups) {
  std::map<std::string, const ParameterGroup*> by_parameter;
  for (const ParameterGroup& group : groups) {
    for (const std::string& name : group.parameters) by_parameter.emplace(name, &group);
  }
  return by_parameter;
}

bool is_norm(const Graph& graph, NodeId node) { return graph.node(node).op->type() == "batch_norm"; }

bool is_frozen(const ParameterGroup& group, const Graph& graph, NodeId node) {
  return group.frozen && (group.freezes_norms || !is_norm(graph, node));
}

bool same_settings(const ParameterRange& a, const ParameterRange& b) {
  return a.decay == b.decay && a.lr_scale == b.lr_scale && a.weight_decay == b.weight_decay &&
         a.frozen == b.frozen;
}

void check_patterns(std::span<const ParameterGroup> groups, const std::vector<std::string>& patterns) {
  std::vector<std::string> names;
  for (const ParameterGroup& group : groups) {
    names.insert(names.end(), group.parameters.begin(), group.parameters.end());
  }
  for (const std::string& pattern : patterns) {
    const auto fits = [&](const std::string& name) { return fits_pattern(name, pattern); };
    if (std::ranges::none_of(names, fits)) throw unknown_name("parameter", pattern, names);
  }
}

/// Adds a group, or adds its parameters to the existing group of that name. Ignores an empty group.
void append(std::vector<ParameterGroup>& groups, ParameterGroup group) {
  if (group.parameters.empty()) return;
  const auto same = std::ranges::find(groups, group.name, &ParameterGroup::name);
  if (same == groups.end()) {
    groups.push_back(std::move(group));
  } else {
    same->parameters.insert(same->parameters.end(), group.parameters.begin(), group.parameters.end());
  }
}

void check_settings(const ParameterGroup& group) {
  if (!(group.lr_scale >= 0) || !std::isfinite(group.lr_scale)) {
    throw BadInput("group " + in_quotes(group.name) +
                   ": the factor of the learning rate must be finite and not negative, found " +
                   number_text(group.lr_scale));
  }
  if (group.weight_decay && (!(*group.weight_decay >= 0) || !std::isfinite(*group.weight_decay))) {
    throw BadInput("group " + in_quotes(group.name) +
                   ": the weight decay must be finite and not negative, found " +
                   number_text(*group.weight_decay));
  }
}

}  // namespace

LearningRate::LearningRate(std::optional<double> rate) : last(rate.value_or(0)) {
  if (!rate) throw BadInput("no learning rate was suggested: give one");
}

std::vector<ParameterGroup> default_groups(const Parameters& parameters) {
  std::vector<std::string> names;
  std::size_t head = 0;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (is_state(entry.role)) continue;
    if (entry.shape.rank() >= 2) head = names.size();
    names.push_back(entry.name);
  }
  const auto split = names.begin() + static_cast<std::ptrdiff_t>(head);
  std::vector<ParameterGroup> groups;
  if (head > 0) groups.push_back({.name = "body", .parameters = {names.begin(), split}});
  groups.push_back({.name = "head", .parameters = {split, names.end()}});
  return groups;
}

std::vector<ParameterGroup> freeze_named(std::span<const ParameterGroup> groups,
                                         const std::vector<std::string>& patterns) {
  check_patterns(groups, patterns);
  const auto is_named = [&](const std::string& name) {
    return std::ranges::any_of(patterns,
                               [&](const std::string& pattern) { return fits_pattern(name, pattern); });
  };
  std::vector<ParameterGroup> result;
  for (const ParameterGroup& group : groups) {
    const bool wholly_frozen = group.frozen && group.freezes_norms;
    ParameterGroup frozen = group;
    frozen.frozen = true;
    frozen.freezes_norms = true;
    std::erase_if(frozen.parameters,
                  [&](const std::string& name) { return !wholly_frozen && !is_named(name); });
    ParameterGroup rest = group;
    std::erase_if(rest.parameters, [&](const std::string& name) { return wholly_frozen || is_named(name); });
    if (!rest.parameters.empty()) frozen.name += ".frozen";
    append(result, std::move(frozen));
    append(result, std::move(rest));
  }
  return result;
}

std::vector<ParameterRange> group_ranges(const std::vector<ParameterGroup>& groups, const Graph& graph,
                                         const Parameters& parameters, bool any_decay) {
  const auto by_parameter = groups_by_parameter(groups);
  std::vector<ParameterRange> ranges;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (is_state(entry.role)) continue;
    const ParameterGroup& group = *by_parameter.at(entry.name);
    const bool decays = any_decay || group.weight_decay.has_value();
    const ParameterRange range{.offset = entry.offset,
                               .decay = decays && entry.role == ParameterRole::weight,
                               .lr_scale = group.lr_scale,
                               .weight_decay = group.weight_decay,
                               .frozen = is_frozen(group, graph, entry.node)};
    if (!ranges.empty() && same_settings(ranges.back(), range)) continue;
    if (!ranges.empty()) ranges.back().count = entry.offset - ranges.back().offset;
    ranges.push_back(range);
  }
  if (!ranges.empty()) {
    ranges.back().count = parameters.values().count() - ranges.back().offset;
  }
  return ranges;
}

std::vector<NodeId> frozen_nodes(const std::vector<ParameterGroup>& groups, const Graph& graph,
                                 const Parameters& parameters) {
  const auto by_parameter = groups_by_parameter(groups);
  std::set<NodeId> frozen;
  std::set<NodeId> trained;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (is_state(entry.role)) continue;
    (is_frozen(*by_parameter.at(entry.name), graph, entry.node) ? frozen : trained).insert(entry.node);
  }
  std::vector<NodeId> nodes;
  std::ranges::set_difference(frozen, trained, std::back_inserter(nodes));
  return nodes;
}

void check_groups(const std::vector<ParameterGroup>& groups, const Parameters& parameters) {
  std::set<std::string> names;
  std::set<std::string> grouped;
  for (const ParameterGroup& group : groups) {
    if (!names.insert(group.name).second) {
      throw BadInput("two parameter groups have the name " + in_quotes(group.name));
    }
    check_settings(group);
    for (const std::string& parameter : group.parameters) {
      if (is_state(parameters.entry(parameter).role)) {
        throw BadInput("group " + in_quotes(group.name) + ": " + in_quotes(parameter) +
                       " is a running statistic, which is not trained");
      }
      if (!grouped.insert(parameter).second) {
        throw BadInput("the parameter " + in_quotes(parameter) + " is in two groups");
      }
    }
  }
  for (const ParameterEntry& entry : parameters.entries()) {
    if (is_state(entry.role) || grouped.contains(entry.name)) continue;
    throw BadInput("the parameter " + in_quotes(entry.name) + " is in no group");
  }
}

}  // namespace lehr
