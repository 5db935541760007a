#include "data/division.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "data/groups.hpp"
#include "data/subset.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

enum class Part : std::uint8_t { train, valid, test };

/// Divides the samples of a set. Each group of samples goes to one part.
class Division {
 public:
  Division(const Dataset& dataset, const DataRequest& request)
      : members_(grouped_samples(dataset, request)),
        parts_(static_cast<std::size_t>(dataset.size()), Part::train),
        classes_(dataset.class_names().size()) {
    labels_.reserve(parts_.size());
    for (std::int64_t i = 0; i < dataset.size(); ++i) {
      const std::int64_t label = dataset.label(i);
      if (label < 0 || label >= std::ssize(classes_)) {
        throw BadInput(fmt::format("the label of sample {} is {}; expected a class below {}", i, label,
                                   classes_.size()));
      }
      labels_.push_back(static_cast<std::uint32_t>(label));
    }
    for_each_group([&](std::span<const GroupMember>) {
      for (const ClassCount& count : counts_) {
        classes_[count.label].samples += count.samples;
        ++classes_[count.label].groups;
      }
    });
    for (Class& a_class : classes_) a_class.left = a_class.samples;
  }

  /// Moves about this share of each class from the training set to another part: each group, in a random
  /// order, whose move brings the classes nearer to their shares.
  void take(Part part, double share) {
    for (Class& a_class : classes_) {
      a_class.taken = 0;
      a_class.target = share * static_cast<double>(a_class.samples);
      if (a_class.groups > 1) a_class.target = std::max(a_class.target, 1.0);
    }
    for_each_group([&](std::span<const GroupMember> group) {
      if (parts_[group.front().sample] != Part::train || !helps()) return;
      for (const GroupMember& member : group) parts_[member.sample] = part;
      for (const ClassCount& count : counts_) {
        classes_[count.label].taken += count.samples;
        classes_[count.label].left -= count.samples;
      }
    });
  }

  std::vector<std::uint32_t> samples(Part part) const {
    std::vector<std::uint32_t> found;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i] == part) found.push_back(static_cast<std::uint32_t>(i));
    }
    return found;
  }

 private:
  struct Class {
    std::int64_t samples = 0, groups = 0;
    std::int64_t left = 0;   ///< samples in the training set
    std::int64_t taken = 0;  ///< samples in the part that is being filled
    double target = 0;       ///< for `taken`
  };
  /// Samples of one class in a group.
  struct ClassCount {
    std::uint32_t label;
    std::int64_t samples;
  };

  /// Calls body(members) for each group, with its `counts_`.
  template <class Body>
  void for_each_group(const Body& body) {
    std::span<const GroupMember> rest(members_);
    while (!rest.empty()) {
      std::size_t count = 0;
      counts_.clear();
      for (; count < rest.size() && rest[count].group == rest[0].group; ++count)
        add(labels_[rest[count].sample]);
      body(rest.first(count));
      rest = rest.subspan(count);
    }
  }

  /// Counts a sample of the group.
  void add(std::uint32_t label) {
    const auto same = [label](const ClassCount& count) { return count.label == label; };
    const auto found = std::find_if(counts_.begin(), counts_.end(), same);
    if (found == counts_.end()) {
      counts_.push_back({label, 1});
    } else {
      ++found->samples;
    }
  }

  /// Whether the sum over the classes of (taken - target)^2 / target falls if the group is moved. The
  /// training set keeps a sample of each class.
  bool helps() const {
    double change = 0;
    for (const ClassCount& count : counts_) {
      const Class& of = classes_[count.label];
      if (of.left <= count.samples) return false;
      const auto moved = static_cast<double>(count.samples);
      change += moved * (2 * (static_cast<double>(of.taken) - of.target) + moved) / of.target;
    }
    return change < 0;
  }

  std::vector<GroupMember> members_;
  std::vector<Part> parts_;
  std::vector<Class> classes_;
  std::vector<std::uint32_t> labels_;
  std::vector<ClassCount> counts_;  ///< of the group in for_each_group()
};

void refuse_what_has_no_effect(const DataSplits& data, const DataRequest& request, bool makes_valid) {
  const auto refuse = [&](const std::string& what, const std::string& option) {
    throw BadInput(fmt::format("{} has {} of its own, so {} would have no effect", in_quotes(data.source),
                               what, option));
  };
  if (!makes_valid && request.valid_share) refuse("a validation set", "--valid-share");
  if (data.test && request.test_share > 0) refuse("a test set", "--test-share");
  if (!makes_valid && request.test_share == 0 && !request.group.empty()) refuse("its sets", "--group");
}

/// The samples as a set of their own.
std::shared_ptr<const Dataset> subset(const DataSplits& data, const std::shared_ptr<const Dataset>& whole,
                                      std::vector<std::uint32_t> samples, const std::string& what) {
  if (samples.empty()) {
    throw BadInput(fmt::format("the {} of {} are too few, or too few groups, to make a {} set of them",
                               counted(whole->size(), "picture"), in_quotes(data.source), what));
  }
  return std::make_shared<Subset>(whole, std::move(samples));
}

void warn_of_missing_classes(DataSplits& data, const std::shared_ptr<const Dataset>& set,
                             const std::string& what) {
  if (!set || set == data.train) return;
  const std::span<const std::string> names = set->class_names();
  std::vector<bool> found(names.size());
  for (std::int64_t i = 0; i < set->size(); ++i) {
    const std::int64_t label = set->label(i);
    if (label >= 0 && label < std::ssize(found)) found[static_cast<std::size_t>(label)] = true;
  }
  const auto missing = std::count(found.begin(), found.end(), false);
  if (missing == 0) return;
  const auto first = static_cast<std::size_t>(std::find(found.begin(), found.end(), false) - found.begin());
  data.warnings.push_back(fmt::format("the {} set of {} has no picture of {} of {}, such as {}", what,
                                      in_quotes(data.source), missing, counted(names.size(), "class"),
                                      in_quotes(names[first])));
}

}  // namespace

void check_request(const DataRequest& request) {
  const auto check = [](const char* option, double share, bool ok) {
    if (ok) return;
    throw BadInput(fmt::format("{} must be a share of the pictures between 0 and 1, found {}", option,
                               number_text(share)));
  };
  const double valid = request.valid_share.value_or(usual_valid_share);
  check("--valid-share", valid, valid > 0 && valid < 1);
  check("--test-share", request.test_share, request.test_share >= 0 && request.test_share < 1);
  if (valid + request.test_share >= 1) {
    throw BadInput(fmt::format("--valid-share {} and --test-share {} leave nothing to train on",
                               number_text(valid), number_text(request.test_share)));
  }
  if (!request.group.empty()) check_group(request.group);
}

DataSplits divided(DataSplits data, const DataRequest& request) {
  if (!data.train) throw BadInput(in_quotes(data.source) + " has no training set");
  const bool own_valid = data.valid && data.valid != data.test;
  const bool makes_valid = !own_valid && (request.valid_share || !data.test);
  refuse_what_has_no_effect(data, request, makes_valid);
  if (!own_valid && !makes_valid) data.valid = data.test;
  if (makes_valid || request.test_share > 0) {
    const std::shared_ptr<const Dataset> whole = data.train;
    Division division(*whole, request);
    if (makes_valid) {
      division.take(Part::valid, request.valid_share.value_or(usual_valid_share));
      data.valid = subset(data, whole, division.samples(Part::valid), "validation");
    }
    if (request.test_share > 0) {
      division.take(Part::test, request.test_share);
      data.test = subset(data, whole, division.samples(Part::test), "test");
    }
    data.train = subset(data, whole, division.samples(Part::train), "training");
  }
  warn_of_missing_classes(data, data.valid, "validation");
  if (data.test != data.valid) warn_of_missing_classes(data, data.test, "test");
  return data;
}

}  // namespace lehr::data
