#include "lehr/data/info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "data/look_pass.hpp"
#include "data/unreadable.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

constexpr std::size_t most_usual_sizes = 10;
constexpr std::int64_t read_for_shape = 100;

std::vector<std::int64_t> counts_of(const Dataset& set, const std::string& name) {
  std::vector<std::int64_t> counts(set.class_names().size());
  for (std::int64_t i = 0; i < set.size(); ++i) {
    const std::int64_t label = set.label(i);
    if (label < 0 || label >= std::ssize(counts)) {
      throw BadInput(fmt::format("the label of sample {} of the {} set is {}; expected a class below {}", i,
                                 name, label, counts.size()));
    }
    ++counts[static_cast<std::size_t>(label)];
  }
  return counts;
}

std::vector<SetInfo> sets_of(const DataSplits& data) {
  std::vector<SetInfo> sets;
  for (const auto& [name, set] :
       {std::pair{"train", data.train}, {"valid", data.valid}, {"test", data.test}}) {
    const auto same = [&, &pictures = set](const SetInfo& other) { return other.pictures == pictures; };
    if (!set || std::any_of(sets.begin(), sets.end(), same)) continue;
    sets.push_back({name, set, counts_of(*set, name)});
  }
  return sets;
}

/// The input for which a normalisation can be measured, as far as it can be chosen.
Preprocessing chosen_input(Preprocessing input, const std::shared_ptr<const Dataset>& train) {
  if (input.shape.rank() != 0) return input;
  input.shape = train->image_shape();
  if (input.shape.rank() != 0) return input;
  const auto some = some_readable(train, read_for_shape);
  if (some->size() > 0) input.shape = suggested_shape(*some);
  return input;
}

/// Kinds of pictures with their numbers, the most frequent first.
class Kinds {
 public:
  void add(std::string name) { ++counts_[std::move(name)]; }
  std::int64_t different() const { return std::ssize(counts_); }
  std::vector<KindCount> first(std::size_t most) const {
    std::vector<KindCount> kinds;
    for (const auto& [name, count] : counts_) kinds.push_back({name, count});
    std::stable_sort(kinds.begin(), kinds.end(),
                     [](const KindCount& a, const KindCount& b) { return a.pictures > b.pictures; });
    kinds.resize(std::min(kinds.size(), most));
    return kinds;
  }
  std::vector<KindCount> all() const { return first(counts_.size()); }

 private:
  std::map<std::string, std::int64_t> counts_;
};

/// "16-bit RGB with alpha"
std::string mode_of(const Look& look) {
  static constexpr std::array<const char*, 5> names{"", "grey", "grey with alpha", "RGB", "RGB with alpha"};
  const std::string name = look.inks ? "CMYK" : names.at(look.channels);
  return look.bits == 8 ? name : fmt::format("{}-bit {}", look.bits, name);
}

ValueRange range_of(std::vector<double> values) {
  if (values.empty()) return {};
  const auto middle = values.begin() + (std::ssize(values) - 1) / 2;
  std::nth_element(values.begin(), middle, values.end());
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, *middle, *most};
}

/// Makes a DataInfo of the looks at all pictures.
class Description {
 public:
  Description(DataInfo& info, const LookPass& pass) : info_(info), looks_(pass.looks) {
    for (const SetInfo& set : info_.sets) {
      starts_.push_back(total_);
      total_ += set.pictures->size();
    }
    describe_files();
    describe_sizes();
    for (const auto& [number, reason] : pass.failures) info_.unreadable.push_back({at(number), reason});
    const LookGroups equal_ones = equal_looks(looks_);
    info_.equal = copies(equal_ones);
    info_.similar = copies(alike_looks(looks_, equal_ones));
  }

 private:
  PictureRef at(std::size_t number) const {
    const auto i = static_cast<std::int64_t>(number);
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), i);
    return {static_cast<std::size_t>(after - starts_.begin()) - 1, i - *(after - 1)};
  }

  void describe_files() {
    Kinds formats;
    Kinds modes;
    for (const Look& look : looks_) {
      if (!look.readable) continue;
      modes.add(mode_of(look));
      if (!look.format.empty()) formats.add(std::string(look.format));
    }
    info_.formats = formats.all();
    info_.modes = modes.all();
  }

  static double aspect(const Look& look) { return static_cast<double>(look.width) / look.height; }
  static double area(const Look& look) { return static_cast<double>(look.width) * look.height; }

  void describe_sizes() {
    std::vector<double> widths, heights, aspects;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> counts;
    for (const Look& look : looks_) {
      if (!look.readable) continue;
      widths.push_back(look.width);
      heights.push_back(look.height);
      aspects.push_back(aspect(look));
      ++counts[{look.width, look.height}];
    }
    info_.sizes.width = range_of(std::move(widths));
    info_.sizes.height = range_of(std::move(heights));
    info_.sizes.aspect = range_of(std::move(aspects));
    info_.sizes.different = std::ssize(counts);
    std::vector<std::pair<std::int64_t, std::pair<std::uint32_t, std::uint32_t>>> usual;
    for (const auto& [size, count] : counts) usual.emplace_back(-count, size);
    std::sort(usual.begin(), usual.end());
    for (std::size_t i = 0; i < std::min(usual.size(), most_usual_sizes); ++i) {
      const auto& [count, size] = usual[i];
      info_.sizes.usual.push_back({fmt::format("{} x {}", size.first, size.second), -count});
    }
    if (counts.size() > 1) find_odd_sizes();
  }

  void find_odd_sizes() {
    const auto least = [&](const auto& value) {
      std::size_t found = looks_.size();
      for (std::size_t i = 0; i < looks_.size(); ++i) {
        if (looks_[i].readable && (found == looks_.size() || value(looks_[i]) < value(looks_[found])))
          found = i;
      }
      return SizedPicture{at(found), looks_[found].width, looks_[found].height};
    };
    info_.sizes.odd = {.smallest = least(area),
                       .largest = least([](const Look& look) { return -area(look); }),
                       .narrowest = least(aspect),
                       .widest = least([](const Look& look) { return -aspect(look); })};
  }

  std::vector<CopyGroup> copies(const LookGroups& groups) const {
    std::vector<CopyGroup> found;
    for (const std::vector<std::uint32_t>& numbers : groups) {
      CopyGroup group;
      for (const std::uint32_t number : numbers) group.pictures.push_back(at(number));
      const PictureRef& first = group.pictures.front();
      for (const PictureRef& other : group.pictures) {
        group.across_sets = group.across_sets || other.set != first.set;
        group.across_classes = group.across_classes || label(other) != label(first);
      }
      group.pictures = different_ones_first(group.pictures);
      found.push_back(std::move(group));
    }
    std::stable_sort(found.begin(), found.end(), [](const CopyGroup& a, const CopyGroup& b) {
      return std::tuple(!a.across_sets, !a.across_classes) < std::tuple(!b.across_sets, !b.across_classes);
    });
    return found;
  }

  /// One of each set and class, then the others.
  std::vector<PictureRef> different_ones_first(const std::vector<PictureRef>& pictures) const {
    std::set<std::pair<std::size_t, std::int64_t>> seen;
    std::vector<PictureRef> different, others;
    for (const PictureRef& picture : pictures)
      (seen.emplace(picture.set, label(picture)).second ? different : others).push_back(picture);
    different.insert(different.end(), others.begin(), others.end());
    return different;
  }

  std::int64_t label(const PictureRef& picture) const {
    return info_.sets[picture.set].pictures->label(picture.sample);
  }

  DataInfo& info_;
  std::span<const Look> looks_;
  std::vector<std::int64_t> starts_;  ///< the number of each set's first picture
  std::int64_t total_ = 0;
};

}  // namespace

std::int64_t DataInfo::pictures() const {
  std::int64_t count = 0;
  for (const SetInfo& set : sets) count += set.pictures->size();
  return count;
}

const std::string& DataInfo::class_name(const PictureRef& picture) const {
  const Dataset& set = *sets.at(picture.set).pictures;
  return set.class_names()[static_cast<std::size_t>(set.label(picture.sample))];
}

std::string DataInfo::name(const PictureRef& picture) const {
  const std::string path = sets.at(picture.set).pictures->origin(picture.sample);
  return path.empty() ? "sample " + std::to_string(picture.sample) : path;
}

DataInfo info_of(const DataSplits& data, const InfoOptions& options) {
  if (!data.train) throw BadInput("the training set is missing: its pointer is null");
  DataInfo info{.data = data, .sets = sets_of(data)};
  info.input = chosen_input(options.input, data.train);
  LookPass pass = look_at_all(info.sets, info.input, options);
  info.cancelled = pass.cancelled;
  info.input.normalisation = std::move(pass.normalisation);
  if (!info.cancelled) Description(info, pass);
  return info;
}

}  // namespace lehr::data
