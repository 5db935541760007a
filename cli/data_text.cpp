#include "data_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/image/edit.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace {

constexpr std::size_t most_listed = 12;

std::vector<std::int64_t> class_counts(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.class_names().size());
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const std::int64_t label = dataset.label(i);
    if (label >= 0 && label < std::ssize(counts)) ++counts[static_cast<std::size_t>(label)];
  }
  return counts;
}

/// "cat 12, dog 30", or "from 3 (cat) to 90 (dog)" if there are many.
std::string counts_text(const Dataset& train) {
  const std::vector<std::int64_t> counts = class_counts(train);
  const auto name = [&](std::size_t of_class) { return printable(train.class_names()[of_class], 40); };
  if (counts.size() > most_listed) {
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    return fmt::format("from {} ({}) to {} ({})", *least,
                       name(static_cast<std::size_t>(least - counts.begin())), *most,
                       name(static_cast<std::size_t>(most - counts.begin())));
  }
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i)
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", name(i), counts[i]);
  return text;
}

/// "29 validation pictures, 29 test pictures", or "29 validation pictures (the test set)".
std::string other_sets_text(const DataSplits& data) {
  const std::string valid = grouped(data.valid->size(), "validation picture");
  if (data.test == nullptr) return valid;
  if (data.test == data.valid) return valid + " (the test set)";
  return valid + ", " + grouped(data.test->size(), "test picture");
}

}  // namespace

std::string data_text(const Learner& learner) {
  const DataSplits& data = learner.data();
  if (data.train->name(0).empty()) return {};  // numbered pictures, such as MNIST's
  const Preprocessing& input = learner.options().preprocessing;
  const Graph& model = learner.model();
  const Shape& batch = model.node(model.inputs().front()).output.shape;  // (1, C, H, W)
  return fmt::format("{} in {}: {}; {}\ninput: {} x {} pixels, {}, fitted by {}\n",
                     grouped(data.train->size(), "training picture"), counted(data.classes(), "class"),
                     counts_text(*data.train), other_sets_text(data), batch[3], batch[2],
                     batch[1] == 1 ? "grey" : "colour", image::name_of(input.fit));
}

}  // namespace lehr::cli
