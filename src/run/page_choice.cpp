#include "run/page_choice.hpp"

#include <algorithm>

namespace lehr::run {
namespace {

constexpr std::size_t most_class_pictures = 1200;
constexpr std::size_t most_of_a_class = 6;

}  // namespace

PageChoice::PageChoice(const data::DataInfo& info) : of_classes_(info.data.train->class_names().size()) {
  choose_of_classes(info);
  choose_of(info.equal);
  choose_of(info.similar);
  if (info.sizes.different < 2) return;
  const data::SizeInfo::Odd& odd = info.sizes.odd;
  for (const data::SizedPicture& one : {odd.smallest, odd.largest, odd.narrowest, odd.widest})
    all_.push_back(one.picture);
}

void PageChoice::choose_of_classes(const data::DataInfo& info) {
  const std::size_t each = std::clamp<std::size_t>(
      most_class_pictures / std::max<std::size_t>(1, of_classes_.size()), 1, most_of_a_class);
  const Dataset& train = *info.sets.front().pictures;
  auto bad = info.unreadable.begin();  // those of the training set come first, in rising order
  for (std::int64_t i = 0; i < train.size() && all_.size() < most_class_pictures; ++i) {
    while (bad != info.unreadable.end() && bad->picture.set == 0 && bad->picture.sample < i) ++bad;
    if (bad != info.unreadable.end() && bad->picture == data::PictureRef{0, i}) continue;
    std::vector<data::PictureRef>& of_class = of_classes_[static_cast<std::size_t>(train.label(i))];
    if (of_class.size() >= each) continue;
    of_class.push_back({0, i});
    all_.push_back({0, i});
  }
}

void PageChoice::choose_of(const std::vector<data::CopyGroup>& groups) {
  for (std::size_t g = 0; g < std::min(groups.size(), most_groups); ++g) {
    const std::vector<data::PictureRef>& pictures = groups[g].pictures;
    const std::size_t count = std::min(pictures.size(), most_of_a_group);
    all_.insert(all_.end(), pictures.begin(), pictures.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

}  // namespace lehr::run
