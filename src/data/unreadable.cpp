#include "data/unreadable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "data/pass_progress.hpp"
#include "data/subset.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

/// Why each sample cannot be read; empty if it can.
std::vector<std::string> failures_of(const Dataset& dataset, const MeasureProgress& progress) {
  std::vector<std::string> failures(static_cast<std::size_t>(dataset.size()));
  PassProgress pass(dataset.size(), progress);
  parallel_for(dataset.size(), 16, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
    Image picture;
    for (std::int64_t i = begin; i < end; ++i) {
      try {
        read_picture(dataset, i, picture);
      } catch (const BadInput& error) {
        failures[static_cast<std::size_t>(i)] = error.what();
      }
      pass.done();
    }
  });
  pass.end();
  return failures;
}

std::shared_ptr<const Dataset> readable(const std::shared_ptr<const Dataset>& set, const std::string& what,
                                        std::vector<std::string>& warnings, const MeasureProgress& progress) {
  if (!set || set->in_memory()) return set;
  const std::vector<std::string> failures = failures_of(*set, progress);
  std::vector<std::uint32_t> samples;
  std::string first;
  for (std::size_t i = 0; i < failures.size(); ++i) {
    if (failures[i].empty()) {
      samples.push_back(static_cast<std::uint32_t>(i));
    } else if (first.empty()) {
      first = failures[i];
    }
  }
  const std::size_t left_out = failures.size() - samples.size();
  if (left_out == 0) return set;
  if (samples.empty()) throw BadInput(fmt::format("no picture of the {} set can be read: {}", what, first));
  warnings.push_back(fmt::format("{} of the {} set cannot be read and {} left out; the first is {}",
                                 counted(left_out, "picture"), what, left_out == 1 ? "is" : "are", first));
  return std::make_shared<Subset>(set, std::move(samples));
}

}  // namespace

void leave_out_unreadable(DataSplits& data, const MeasureProgress& progress) {
  const std::shared_ptr<const Dataset> valid = data.valid;
  data.train = readable(data.train, "training", data.warnings, progress);
  data.valid = readable(valid, "validation", data.warnings, progress);
  data.test = data.test == valid ? data.valid : readable(data.test, "test", data.warnings, progress);
}

std::shared_ptr<const Dataset> some_readable(const std::shared_ptr<const Dataset>& set, std::int64_t most) {
  const std::int64_t count = std::min(set->size(), most);
  std::vector<std::uint32_t> samples;
  for (std::int64_t i = 0; i < count; ++i)
    samples.push_back(static_cast<std::uint32_t>(i * set->size() / count));
  const Subset chosen(set, samples);
  const std::vector<std::string> failures = failures_of(chosen, {});
  std::vector<std::uint32_t> readable_ones;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (failures[i].empty()) readable_ones.push_back(samples[i]);
  }
  return std::make_shared<Subset>(set, std::move(readable_ones));
}

}  // namespace lehr::data
