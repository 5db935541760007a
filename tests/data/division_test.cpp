#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "data/archives.hpp"
#include "data/names.hpp"
#include "data/schemes.hpp"
#include "lehr/data/scheme.hpp"

namespace lehr {
namespace {

using data::DataRequest;
using data_test::expect_bad_input;
using data_test::names_of;
using Names = std::vector<std::string>;

/// A set of samples with these names, whose classes are the texts before the slash.
std::shared_ptr<const Dataset> named(const Names& names, const Names& classes) {
  std::vector<Sample> samples;
  for (const std::string& name : names) {
    const auto label = std::find(classes.begin(), classes.end(), name.substr(0, name.find('/')));
    Image picture;
    picture.reset({1, 1, 1});
    samples.push_back({picture, label - classes.begin(), name});
  }
  return std::make_shared<PictureDataset>(std::move(samples), classes);
}

Names many(const std::string& of_class, int count) {
  Names names;
  for (int i = 0; i < count; ++i)
    names.push_back(of_class + "/" + std::to_string(i / 4) + "-" + std::to_string(i));
  return names;
}

Names joined(Names first, const Names& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// The data that the scheme "division" opens.
DataSplits& given() {
  static DataSplits data;
  static const bool registered = [] {
    register_data_scheme("division", {.open = [](const SchemeRequest&) { return data; }});
    return true;
  }();
  static_cast<void>(registered);
  return data;
}

DataSplits divided(std::shared_ptr<const Dataset> train, DataRequest request = {}) {
  given() = {.train = std::move(train)};
  request.name = "division";
  return data::open_data(request);
}

std::map<std::string, int> counts(const Dataset& set) {
  std::map<std::string, int> found;
  for (const std::string& name : names_of(set)) ++found[name.substr(0, name.find('/'))];
  return found;
}

using Counts = std::map<std::string, int>;

TEST(Division, TakesAShareOfEachClass) {
  const auto whole = named(joined(many("a", 100), many("b", 10)), {"a", "b"});
  const DataSplits data = divided(whole, {.valid_share = 0.3, .test_share = 0.1});
  EXPECT_EQ(counts(*data.valid), (Counts{{"a", 30}, {"b", 3}}));
  EXPECT_EQ(counts(*data.test), (Counts{{"a", 10}, {"b", 1}}));
  EXPECT_EQ(counts(*data.train), (Counts{{"a", 60}, {"b", 6}}));
  Names all = joined(joined(names_of(*data.train), names_of(*data.valid)), names_of(*data.test));
  std::sort(all.begin(), all.end());
  Names expected = names_of(*whole);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(all, expected) << "each sample is in one set";
  EXPECT_EQ(counts(*divided(whole).valid), (Counts{{"a", 20}, {"b", 2}})) << "a fifth if nothing is said";
}

TEST(Division, DependsOnSeedAndNamesAlone) {
  const Names names = joined(many("a", 40), many("b", 40));
  const Names first = names_of(*divided(named(names, {"a", "b"})).valid);
  EXPECT_EQ(names_of(*divided(named(names, {"a", "b"})).valid), first);
  EXPECT_NE(names_of(*divided(named(names, {"a", "b"}), {.seed = 1}).valid), first);
  Names reversed(names.rbegin(), names.rend());
  Names again = names_of(*divided(named(reversed, {"a", "b"})).valid);
  std::sort(again.begin(), again.end());
  Names sorted = first;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(again, sorted);
  const Names with_test = names_of(*divided(named(names, {"a", "b"}), {.test_share = 0.2}).valid);
  EXPECT_EQ(with_test, first) << "a test set changes only the training set";
}

TEST(Division, LeavesAPictureOfEachClassToTheTraining) {
  const DataSplits data =
      divided(named({"a/1", "b/1", "b/2", "c/1", "c/2", "c/3"}, {"a", "b", "c"}), {.valid_share = 0.9});
  EXPECT_EQ(counts(*data.train), (Counts{{"a", 1}, {"b", 1}, {"c", 1}}));
  EXPECT_EQ(counts(*data.valid), (Counts{{"b", 1}, {"c", 2}}));
  ASSERT_EQ(data.warnings.size(), 1U);
  EXPECT_NE(data.warnings[0].find("no picture of 1 of 3 classes, such as \"a\""), std::string::npos);
}

TEST(Division, KeepsGroupsTogether) {
  const auto whole = named(joined(many("a", 80), many("b", 80)), {"a", "b"});
  const auto group_of = [](const std::string& name) { return name.substr(2, name.find('-') - 2); };
  const DataSplits data = divided(whole, {.valid_share = 0.25, .test_share = 0.25, .group = R"(/(\d+)-)"});
  std::set<std::string> seen;
  for (const auto& set : {data.train, data.valid, data.test}) {
    std::set<std::string> here;
    for (const std::string& name : names_of(*set)) here.insert(group_of(name));
    for (const std::string& group : here) EXPECT_TRUE(seen.insert(group).second) << group;
  }
  EXPECT_EQ(counts(*data.valid), (Counts{{"a", 20}, {"b", 20}}));
}

TEST(Division, RefusesAGroupThatNamesNothing) {
  const auto whole = named(many("a", 4), {"a", "b"});
  expect_bad_input([&] { divided(whole, {.group = "patient"}); }, {"--group finds nothing in \"a/0-0\""});
  expect_bad_input([&] { divided(whole, {.group = "("}); }, {"--group is no regular expression", "\"(\""});
  expect_bad_input([&] { divided(whole, {.group = "a"}); }, {"too few groups", "validation set"});
  const auto deep = named({"a/1", "a/2", "b/1", "b/" + std::string(50'000, 'x')}, {"a", "b"});
  expect_bad_input([&] { divided(deep, {.group = "([^/]*)$"}); }, {"at most 4096 bytes, found one of 50002"});
}

TEST(Division, RefusesSharesThatLeaveNothing) {
  const auto whole = named(many("a", 8), {"a"});
  expect_bad_input([&] { divided(whole, {.valid_share = 0.0}); },
                   {"--valid-share", "between 0 and 1", "found 0"});
  expect_bad_input([&] { divided(whole, {.valid_share = 1.0}); }, {"--valid-share", "found 1"});
  expect_bad_input([&] { divided(whole, {.test_share = -0.5}); }, {"--test-share", "found -0.5"});
  expect_bad_input([&] { divided(whole, {.valid_share = 0.5, .test_share = 0.5}); },
                   {"leave nothing to train on"});
  expect_bad_input(
      [&] {
        divided(named({"a/1", "b/1"}, {"a", "b"}));
      },
      {"2 pictures", "too few", "validation set"});
}

TEST(Division, RefusesWhatWouldHaveNoEffect) {
  const auto refused = [](const DataRequest& request, std::initializer_list<std::string_view> parts) {
    expect_bad_input([&] { data::open_data(request); }, parts);
  };
  refused({.name = "digits:20", .valid_share = 0.3},
          {"\"digits:20\"", "validation set of its own", "--valid-share"});
  refused({.name = "digits:20", .group = "x"}, {"--group", "no effect"});
  given().test = given().train = named(many("a", 8), {"a"});
  refused({.name = "division", .test_share = 0.3}, {"test set of its own", "--test-share"});
}

TEST(Division, GoesThroughInvertedData) {
  given() = {.train = named(many("a", 10), {"a"})};
  const Names plain = names_of(*data::open_data("division").valid);
  EXPECT_EQ(names_of(*data::open_data("inverted:division").valid), plain);
  EXPECT_EQ(data::open_data({.name = "inverted:division", .valid_share = 0.5}).valid->size(), 5);
}

TEST(Division, DividesSetsWithoutNamesByNumber) {
  const DataSplits data = data::open_data({.name = "digits:100", .test_share = 0.1});
  EXPECT_EQ(data.test->size(), 10);
  EXPECT_EQ(data.train->size(), 90);
  EXPECT_EQ(data.train->image_shape(), (Shape{1, 28, 28}));
  EXPECT_TRUE(data.train->in_memory());
}

}  // namespace
}  // namespace lehr
