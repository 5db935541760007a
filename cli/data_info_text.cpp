#include "data_info_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "output.hpp"
#include "text_table.hpp"

namespace lehr::cli {
namespace {

using data::CopyGroup;
using data::DataInfo;
using data::PictureRef;
using Cells = std::vector<std::vector<std::string>>;

constexpr std::size_t longest_class = 40;

/// "  and 12 more\n" if there are more than were listed.
std::string rest_text(std::size_t all, std::size_t listed, std::string_view noun) {
  if (all <= listed) return {};
  return fmt::format("  and {} more\n", grouped(static_cast<std::int64_t>(all - listed), noun));
}

/// The classes to list, by their numbers: all, or those with the fewest training pictures.
std::vector<std::size_t> listed_classes(const DataInfo& info, std::size_t most) {
  std::vector<std::size_t> classes(info.data.train->class_names().size());
  for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = i;
  if (classes.size() <= 2 * most) return classes;
  const std::vector<std::int64_t>& counts = info.sets.front().class_counts;
  std::stable_sort(classes.begin(), classes.end(),
                   [&](std::size_t a, std::size_t b) { return counts[a] < counts[b]; });
  classes.resize(most);
  return classes;
}

std::string classes_text(const DataInfo& info, std::size_t most) {
  const auto names = info.data.train->class_names();
  const std::vector<std::size_t> listed = listed_classes(info, most);
  Cells rows{{listed.size() < names.size() ? "classes with the fewest pictures" : "class"}};
  for (const data::SetInfo& set : info.sets) rows[0].push_back(set.name);
  for (const std::size_t number : listed) {
    rows.push_back({printable(names[number], longest_class)});
    for (const data::SetInfo& set : info.sets) rows.back().push_back(grouped(set.class_counts[number]));
  }
  rows.push_back({listed.size() < names.size() ? fmt::format("all {} classes", names.size()) : "all"});
  for (const data::SetInfo& set : info.sets) rows.back().push_back(grouped(set.pictures->size()));
  return table(rows);
}

/// "JPEG 438, PNG 2"
std::string kinds_text(const std::vector<data::KindCount>& kinds) {
  std::string text;
  for (const data::KindCount& kind : kinds)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kind.name, grouped(kind.pictures));
  return text;
}

std::string range_text(const data::ValueRange& range, int decimals) {
  if (range.least == range.most) return fmt::format("{:.{}f}", range.most, decimals);
  return fmt::format("{:.{}f} to {:.{}f} (median {:.{}f})", range.least, decimals, range.most, decimals,
                     range.median, decimals);
}

std::string sizes_text(const data::SizeInfo& sizes) {
  if (sizes.different == 0) return {};
  if (sizes.different == 1) return fmt::format("size: {}\n", sizes.usual.front().name);
  std::string text = fmt::format("width: {}\nheight: {}\naspect ratio: {}\n", range_text(sizes.width, 0),
                                 range_text(sizes.height, 0), range_text(sizes.aspect, 2));
  return text + fmt::format(
                    "sizes: {} different, most often {}\n", grouped(sizes.different),
                    kinds_text({sizes.usual.begin(),
                                sizes.usual.begin() + std::min<std::ptrdiff_t>(3, std::ssize(sizes.usual))}));
}

std::string normalisation_text(const Preprocessing& input) {
  if (input.normalisation.mean.empty()) return {};
  return fmt::format("mean {:.3f}, std {:.3f} of the training pictures at {} x {}, from 0 to 1\n",
                     fmt::join(input.normalisation.mean, " "), fmt::join(input.normalisation.std, " "),
                     input.shape[2], input.shape[1]);
}

std::string unreadable_text(const DataInfo& info, std::size_t most) {
  if (info.unreadable.empty()) return "all pictures can be read\n";
  std::string text = fmt::format("{} cannot be read:\n", grouped(std::ssize(info.unreadable), "picture"));
  const std::size_t listed = std::min(most, info.unreadable.size());
  for (std::size_t i = 0; i < listed; ++i) text += "  " + one_line(info.unreadable[i].reason) + "\n";
  return text + rest_text(info.unreadable.size(), listed, "picture");
}

std::string group_text(const DataInfo& info, const CopyGroup& group, std::size_t most) {
  const std::size_t listed = std::min(most, group.pictures.size());
  std::string text;
  for (std::size_t i = 0; i < listed; ++i) {
    const PictureRef& picture = group.pictures[i];
    text += fmt::format("  {} {:5}  {}  {}\n", i == 0 ? "-" : " ", info.sets[picture.set].name,
                        printable(info.class_name(picture), longest_class),
                        in_quotes(std::filesystem::path(info.name(picture))));
  }
  if (listed < group.pictures.size()) text += "  " + rest_text(group.pictures.size(), listed, "picture");
  return text;
}

/// "12 pictures in 5 groups of equal ones; 2 across sets, 1 with different labels", and the groups.
std::string copies_text(const DataInfo& info, const std::vector<CopyGroup>& groups, std::string_view kind,
                        std::size_t most) {
  if (groups.empty()) return fmt::format("no {} pictures\n", kind);
  std::int64_t pictures = 0;
  for (const CopyGroup& group : groups) pictures += std::ssize(group.pictures);
  const auto across_sets =
      std::count_if(groups.begin(), groups.end(), [](const CopyGroup& group) { return group.across_sets; });
  const auto across_classes = std::count_if(groups.begin(), groups.end(),
                                            [](const CopyGroup& group) { return group.across_classes; });
  std::string text = fmt::format("{} in {} of {} ones; {} across sets, {} with different labels\n",
                                 grouped(pictures, "picture"), grouped(std::ssize(groups), "group"), kind,
                                 grouped(across_sets), grouped(across_classes));
  const std::size_t listed = std::min(most, groups.size());
  for (std::size_t i = 0; i < listed; ++i) text += group_text(info, groups[i], most);
  return text + rest_text(groups.size(), listed, "group");
}

}  // namespace

std::string as_text(const DataInfo& info, std::size_t most) {
  std::string text =
      fmt::format("{} in {}\n\n", grouped(info.pictures(), "picture"), grouped(info.data.classes(), "class"));
  text += classes_text(info, most) + "\n";
  if (!info.formats.empty()) text += "formats: " + kinds_text(info.formats) + "\n";
  if (!info.modes.empty()) text += "colours: " + kinds_text(info.modes) + "\n";
  text += sizes_text(info.sizes) + normalisation_text(info.input) + "\n";
  text += unreadable_text(info, most);
  text += copies_text(info, info.equal, "equal", most);
  return text + copies_text(info, info.similar, "similar", most);
}

}  // namespace lehr::cli
