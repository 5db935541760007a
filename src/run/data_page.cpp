#include "lehr/run/data_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "lehr/core/number_text.hpp"
#include "report/axis.hpp"
#include "run/data_page_style.hpp"
#include "run/page_choice.hpp"
#include "run/page_thumbnails.hpp"

namespace lehr::run {
namespace {

using data::CopyGroup;
using data::DataInfo;
using data::PictureRef;

constexpr std::size_t most_classes = 5000;
constexpr std::size_t most_unreadable = 500;
constexpr std::size_t longest_text = 1000;

std::string shown(std::string_view text) { return report::escaped(text, longest_text); }

/// "12,345"
std::string spaced(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (auto end = std::ssize(digits); end > 3; end -= 3)
    digits.insert(static_cast<std::size_t>(end - 3), 1, ',');
  return digits;
}

/// "1 picture", "1,234 pictures"
std::string spaced(std::int64_t count, std::string_view noun) {
  return spaced(count) + " " + (count == 1 ? std::string(noun) : plural(noun));
}

std::int64_t groups_with(const std::vector<CopyGroup>& groups, bool CopyGroup::*what) {
  return std::count_if(groups.begin(), groups.end(), [what](const CopyGroup& group) { return group.*what; });
}

std::int64_t pictures_in(const std::vector<CopyGroup>& groups) {
  std::int64_t count = 0;
  for (const CopyGroup& group : groups) count += std::ssize(group.pictures);
  return count;
}

class DataPage {
 public:
  DataPage(std::ostream& out, const DataInfo& info)
      : out_(out), info_(info), choice_(info), thumbnails_(info, choice_.all()) {}

  void write() {
    write_head();
    write_summary();
    write_classes();
    write_files();
    write_copies("equal", "Equal pictures", info_.equal,
                 "They have the same pixels. The same picture in two sets makes a validation too good; with "
                 "two labels, "
                 "one of them is wrong.");
    write_copies(
        "similar", "Similar pictures", info_.similar,
        "Copies at another size, quality or brightness: the first picture of each group, those that resemble "
        "it, and those that equal one of these.");
    write_unreadable();
    out_ << "</main>\n</body>\n</html>\n";
  }

 private:
  void write_head() {
    out_ << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
            "'unsafe-inline'; img-src data:\">\n<title>"
         << shown(info_.data.source) << " – lehr data</title>\n<style>\n"
         << data_page_style
         << "</style>\n</head>\n<body>\n<header><div class=\"bar\"><span class=\"brand\">lehr<span> "
            "data</span></span>"
            "<nav aria-label=\"Sections\"><a href=\"#classes\">Classes</a><a href=\"#files\">Files and "
            "sizes</a>"
            "<a href=\"#equal\">Equal pictures</a><a href=\"#similar\">Similar pictures</a>"
            "<a href=\"#unreadable\">Unreadable pictures</a></nav></div></header>\n<main>\n<h1>"
         << shown(info_.data.source) << "</h1>\n";
  }

  void fact(std::string_view name, const std::string& value) {
    out_ << fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
  }

  void write_summary() {
    out_ << "<div class=\"card\"><dl class=\"facts\">";
    fact("classes", spaced(info_.data.classes()));
    for (const data::SetInfo& set : info_.sets) {
      fact(set.name == "train"   ? "training pictures"
           : set.name == "valid" ? "validation pictures"
                                 : "test pictures",
           spaced(set.pictures->size()));
    }
    fact("equal pictures", spaced(pictures_in(info_.equal)));
    fact("similar pictures", spaced(pictures_in(info_.similar)));
    fact("unreadable pictures", spaced(std::ssize(info_.unreadable)));
    out_ << "</dl><ul class=\"found\">";
    bool well = true;
    const auto found = [&](std::int64_t count, std::string_view noun, std::string_view what) {
      if (count == 0) return;
      well = false;
      out_ << fmt::format("<li class=\"ill\">{} {}</li>", spaced(count, noun), what);
    };
    found(std::ssize(info_.unreadable), "picture", "cannot be read");
    found(groups_with(info_.equal, &CopyGroup::across_sets), "group", "of equal pictures in several sets");
    found(groups_with(info_.equal, &CopyGroup::across_classes), "group",
          "of equal pictures with different labels");
    found(groups_with(info_.similar, &CopyGroup::across_sets), "group",
          "of similar pictures in several sets");
    found(groups_with(info_.similar, &CopyGroup::across_classes), "group",
          "of similar pictures with different labels");
    if (well) {
      out_ << "<li class=\"well\">All pictures can be read. No copies are in several sets or have different "
              "labels.</li>";
    }
    for (const std::string& warning : info_.data.warnings) out_ << "<li>" << shown(warning) << "</li>";
    out_ << "</ul></div>\n";
  }

  void write_classes() {
    const auto names = info_.data.train->class_names();
    const std::vector<std::int64_t>& counts = info_.sets.front().class_counts;
    std::int64_t most = 1;
    for (const std::int64_t count : counts) most = std::max(most, count);
    out_ << "<section id=\"classes\"><h2>Classes</h2>\n<div class=\"classes"
         << (names.size() > 60 ? " tall" : "") << "\">\n";
    for (std::size_t i = 0; i < std::min(names.size(), most_classes); ++i) {
      out_ << fmt::format(
          "<div class=\"card\"><div class=\"name\" title=\"{0}\">{0}</div><div class=\"counts\">",
          shown(names[i]));
      for (std::size_t set = 0; set < info_.sets.size(); ++set) {
        out_ << fmt::format("{}{} {}", set == 0 ? "" : " · ", info_.sets[set].name,
                            spaced(info_.sets[set].class_counts[i]));
      }
      const double share = 100 * static_cast<double>(counts[i]) / static_cast<double>(most);
      out_ << fmt::format(
          "</div><div class=\"meter\"><i style=\"width:{:.1f}%\"></i></div><div class=\"strip\">", share);
      for (const PictureRef& picture : choice_.of_class(i)) out_ << thumbnails_.html(picture);
      out_ << "</div></div>\n";
    }
    out_ << "</div>\n";
    write_rest(names.size(), most_classes, "class");
    out_ << "</section>\n";
  }

  void write_rest(std::size_t all, std::size_t most, std::string_view noun) {
    if (all <= most) return;
    out_ << fmt::format("<p class=\"more\">and {} more; <code>lehr data info --json</code> lists all</p>\n",
                        spaced(static_cast<std::int64_t>(all - most), noun));
  }

  void write_kinds(std::string_view title, const std::vector<data::KindCount>& kinds) {
    if (kinds.empty()) return;
    out_ << "<h3>" << title << "</h3><table>";
    for (const data::KindCount& kind : kinds) {
      out_ << fmt::format("<tr><td>{}</td><td class=\"number\">{}</td></tr>", shown(kind.name),
                          spaced(kind.pictures));
    }
    out_ << "</table>\n";
  }

  void write_range(std::string_view name, const data::ValueRange& range, int decimals) {
    out_ << "<tr><td>" << name << "</td>";
    for (const double value : {range.least, range.median, range.most})
      out_ << fmt::format("<td class=\"number\">{:.{}f}</td>", value, decimals);
    out_ << "</tr>";
  }

  void write_files() {
    out_ << "<section id=\"files\"><h2>Files and sizes</h2>\n<div class=\"columns\">\n";
    const data::SizeInfo& sizes = info_.sizes;
    if (sizes.different > 0) {
      out_ << "<div class=\"card\"><h3>Size in pixels</h3><table><tr><th></th><th "
              "class=\"number\">smallest</th>"
              "<th class=\"number\">median</th><th class=\"number\">largest</th></tr>";
      write_range("width", sizes.width, 0);
      write_range("height", sizes.height, 0);
      write_range("aspect", sizes.aspect, 2);
      out_ << "</table></div>\n";
    }
    out_ << "<div class=\"card\">";
    write_kinds("Formats", info_.formats);
    write_kinds("Colours", info_.modes);
    out_ << "</div>\n";
    write_normalisation();
    out_ << "<div class=\"card\">";
    write_kinds(sizes.different > std::ssize(sizes.usual)
                    ? fmt::format("Most frequent of {}", spaced(sizes.different, "size"))
                    : "Sizes",
                sizes.usual);
    out_ << "</div>\n</div>\n";
    if (sizes.different > 1) {
      out_ << "<h3>Odd sizes</h3><div class=\"card pictures\">";
      write_odd(sizes.odd.smallest, "smallest");
      write_odd(sizes.odd.largest, "largest");
      write_odd(sizes.odd.narrowest, "narrowest");
      write_odd(sizes.odd.widest, "widest");
      out_ << "</div>\n";
    }
    out_ << "</section>\n";
  }

  void write_normalisation() {
    const Normalisation& normalisation = info_.input.normalisation;
    if (normalisation.mean.empty()) return;
    out_ << fmt::format(
        "<div class=\"card\"><h3>Training pictures at {} x {}</h3><table><tr><th>channel</th>"
        "<th class=\"number\">mean</th><th class=\"number\">std</th></tr>",
        info_.input.shape[2], info_.input.shape[1]);
    static constexpr const char* colours[] = {"red", "green", "blue"};
    const bool rgb = normalisation.mean.size() == 3;
    for (std::size_t c = 0; c < normalisation.mean.size(); ++c) {
      out_ << fmt::format(
          "<tr><td>{}</td><td class=\"number\">{:.3f}</td><td class=\"number\">{:.3f}</td></tr>",
          rgb ? colours[c] : "grey", normalisation.mean[c], normalisation.std[c]);
    }
    out_ << "</table></div>\n";
  }

  /// A thumbnail with its path. `title` may have markup.
  void write_picture(const PictureRef& picture, const std::string& title) {
    const Dataset& set = *info_.sets[picture.set].pictures;
    const std::string name = set.name(picture.sample);
    out_ << fmt::format("<figure>{}<figcaption><b>{}</b><span title=\"{}\">{}</span></figcaption></figure>",
                        thumbnails_.html(picture), title, shown(info_.name(picture)),
                        shown(name.empty() ? info_.name(picture) : name));
  }

  void write_odd(const data::SizedPicture& odd, std::string_view what) {
    write_picture(odd.picture, fmt::format("{}: {} x {}", what, odd.width, odd.height));
  }

  void write_group(const CopyGroup& group) {
    out_ << "<div class=\"card\">";
    const bool many = group.pictures.size() > most_of_a_group;
    if (group.across_sets || group.across_classes || many) {
      out_ << "<div class=\"why\">";
      if (group.across_sets) out_ << "<span class=\"ill\">in several sets</span>";
      if (group.across_classes) out_ << "<span class=\"ill\">different labels</span>";
      if (many) out_ << "<span>" << spaced(std::ssize(group.pictures), "picture") << "</span>";
      out_ << "</div>";
    }
    out_ << "<div class=\"pictures\">";
    for (std::size_t i = 0; i < std::min(group.pictures.size(), most_of_a_group); ++i) {
      const PictureRef& picture = group.pictures[i];
      write_picture(picture, info_.sets[picture.set].name + " · " + shown(info_.class_name(picture)));
    }
    out_ << "</div></div>\n";
  }

  void write_copies(std::string_view id, std::string_view title, const std::vector<CopyGroup>& groups,
                    std::string_view lead) {
    out_ << fmt::format("<section id=\"{}\"><h2>{}</h2>\n", id, title);
    if (groups.empty()) {
      out_ << "<p class=\"lead\">There are none.</p>\n</section>\n";
      return;
    }
    out_ << fmt::format("<p class=\"lead\">{} in {}. {}</p>\n<div class=\"groups\">\n",
                        spaced(pictures_in(groups), "picture"), spaced(std::ssize(groups), "group"), lead);
    for (std::size_t i = 0; i < std::min(groups.size(), most_groups); ++i) write_group(groups[i]);
    out_ << "</div>\n";
    write_rest(groups.size(), most_groups, "group");
    out_ << "</section>\n";
  }

  void write_unreadable() {
    out_ << "<section id=\"unreadable\"><h2>Unreadable pictures</h2>\n";
    if (info_.unreadable.empty()) {
      out_ << "<p class=\"lead\">There are none.</p>\n</section>\n";
      return;
    }
    out_ << "<div class=\"card\"><table "
            "class=\"reasons\"><tr><th>set</th><th>class</th><th>reason</th></tr>\n";
    for (std::size_t i = 0; i < std::min(info_.unreadable.size(), most_unreadable); ++i) {
      const data::UnreadablePicture& one = info_.unreadable[i];
      out_ << fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", info_.sets[one.picture.set].name,
                          shown(info_.class_name(one.picture)), shown(one.reason));
    }
    out_ << "</table></div>\n";
    write_rest(info_.unreadable.size(), most_unreadable, "picture");
    out_ << "</section>\n";
  }

  std::ostream& out_;
  const DataInfo& info_;
  PageChoice choice_;
  PageThumbnails thumbnails_;
};

}  // namespace
}  // namespace lehr::run

namespace lehr {

void write_data_page(std::ostream& out, const data::DataInfo& info) { run::DataPage(out, info).write(); }

}  // namespace lehr
