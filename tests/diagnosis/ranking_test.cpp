// Causes before symptoms.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include "lehr/diagnosis/diagnosis.hpp"

namespace lehr::diagnosis {
namespace {

Finding finding(const std::string& name, Severity severity, std::vector<std::string> explains = {},
                double probability = 0.5) {
  Finding made{.rule = {.name = name, .title = name, .meaning = ""}, .severity = severity};
  made.rule.explains = std::move(explains);
  made.probability = probability;
  return made;
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> names(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const Finding& one : findings) all.push_back(one.rule.name);
  return all;
}

TEST(Ranked, PutsSymptomsUnderTheirCause) {
  const auto found =
      ranked({finding("chance", Severity::problem), finding("rate", Severity::warning, {"chance"}),
              finding("other", Severity::hint)});
  EXPECT_EQ(names(found), (std::vector<std::string>{"rate", "other"}));
  EXPECT_EQ(names(found[0].symptoms), std::vector<std::string>{"chance"});
  EXPECT_EQ(found[0].severity, Severity::problem) << "as serious as its symptom";
}

TEST(Ranked, FollowsCausesOfCauses) {
  const auto found =
      ranked({finding("chance", Severity::problem), finding("dead", Severity::problem, {"chance"}),
              finding("rate", Severity::problem, {"dead"})});
  EXPECT_EQ(names(found), std::vector<std::string>{"rate"});
  EXPECT_EQ(names(found[0].symptoms), (std::vector<std::string>{"chance", "dead"}));
}

TEST(Ranked, SortsBySeverityThenProbability) {
  const auto found =
      ranked({finding("a", Severity::warning, {}, 0.9), finding("b", Severity::problem, {}, 0.2),
              finding("c", Severity::problem, {}, 0.8)});
  EXPECT_EQ(names(found), (std::vector<std::string>{"c", "b", "a"}));
}

TEST(Ranked, EndsIfRulesExplainEachOther) {
  const auto found = ranked({finding("a", Severity::problem, {"b"}), finding("b", Severity::problem, {"a"})});
  EXPECT_FALSE(found.empty());
}

TEST(AllRules, ExplainOnlyRulesThatExistAndNotInCircles) {
  std::map<std::string, RuleInfo> rules;
  for (const RuleInfo& rule : all_rules()) rules[rule.name] = rule;
  ASSERT_FALSE(rules.empty());
  std::function<bool(const std::string&, std::set<std::string>)> circle = [&](const std::string& name,
                                                                              std::set<std::string> path) {
    if (!path.insert(name).second) return true;
    return std::ranges::any_of(rules.at(name).explains,
                               [&](const std::string& next) { return circle(next, path); });
  };
  for (const auto& [name, rule] : rules) {
    EXPECT_FALSE(rule.title.empty()) << name;
    EXPECT_TRUE(rule.meaning.ends_with(".")) << name;
    for (const std::string& other : rule.explains)
      ASSERT_TRUE(rules.contains(other)) << name << ": " << other;
    EXPECT_FALSE(circle(name, {})) << name;
  }
}

TEST(AllRules, HaveAPage) {
  const std::filesystem::path docs = std::filesystem::path(LEHR_SOURCE_DIR) / "docs";
  const std::string list = contents(docs / "diagnosis.md");
  for (const RuleInfo& rule : all_rules()) {
    const std::string page = "diagnosis/" + rule.name + ".md";
    EXPECT_TRUE(std::filesystem::exists(docs / page)) << page;
    EXPECT_NE(list.find("(" + page + ")"), std::string::npos) << page;
  }
}

}  // namespace
}  // namespace lehr::diagnosis
