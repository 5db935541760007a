#include <cstdint>
#include <string>
#include <vector>

#include "checks/checks.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/info.hpp"

namespace lehr::checks {
namespace {

std::vector<std::int64_t> counts_of(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.class_names().size());
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const std::int64_t label = dataset.label(i);
    if (label >= 0 && label < std::ssize(counts)) ++counts[static_cast<std::size_t>(label)];
  }
  return counts;
}

/// "no training picture of the class "3""
void add_missing(std::vector<std::string>& found, const Dataset& dataset, const std::string& kind) {
  const std::vector<std::int64_t> counts = counts_of(dataset);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) continue;
    found.push_back("no " + kind + " picture of the class " + in_quotes(dataset.class_names()[i]));
  }
}

CheckResult look_at_data(Subject& subject) {
  const DataSplits& data = subject.all_data();
  CheckResult result{
      .did = "read the labels and a part of each file; lehr data info reads all of each picture",
      .expected = "pictures of each class, no damaged file, no picture in two sets"};
  std::vector<std::string> found = data.warnings;
  add_missing(found, *data.train, "training");
  add_missing(found, *data.valid, "validation");
  result.outcome = found.empty() ? Outcome::passed : Outcome::failed;
  result.found = counted(data.train->size(), "training picture") + " and " +
                 counted(data.valid->size(), "validation picture") + " of " +
                 counted(subject.classes(), "class");
  for (const std::string& sentence : found) result.found += "; " + sentence;
  result.advice =
      "lehr data info lists the pictures. Copies in the validation set make its accuracy too high";
  return result;
}

}  // namespace

void register_data(CheckRegistry& registry) {
  registry.add({.info = {.name = "data",
                         .help = "every class has pictures, files are whole, no picture is in two sets"},
                .order = 1,
                .look = look_at_data});
}

}  // namespace lehr::checks
