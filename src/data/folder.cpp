#include "data/folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "data/labelled_sets.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {
namespace {

/// Takes the first folder off the path, or returns nothing if there is only a file name.
std::optional<std::string_view> take_folder(std::string_view& path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view folder = path.substr(0, slash);
  path.remove_prefix(slash + 1);
  return folder;
}

/// "a", "b" and 17 more
std::string some_of(const std::vector<std::string>& folders) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(folders.size(), most); ++i)
    text += (i == 0 ? "" : ", ") + in_quotes(std::filesystem::path(folders[i]));
  if (folders.size() > most) text += fmt::format(" and {} more", folders.size() - most);
  return text;
}

/// Class folders in a list of files.
class ClassFolders {
 public:
  explicit ClassFolders(std::shared_ptr<const PictureFiles> files)
      : files_(std::move(files)), quoted_(in_quotes(files_->place())) {
    if (files_->size() == 0) throw BadInput(quoted_ + no_pictures());
    while (look_through_single_folder()) {
    }
    for (std::string& name : top_folders()) {
      if (set_named(name) == SetKind::train) has_sets_ = true;
      tops_.push_back(std::move(name));
    }
    check_sets();
  }

  DataSplits sets(std::int64_t most_pixels) {
    LabelledSets sets(quoted_, files_);
    for (std::int64_t file = 0; file < files_->size(); ++file) {
      std::string_view path = shown(file);
      const std::optional<SetKind> set = set_of(path);
      if (!set) continue;
      if (const std::optional<std::string_view> name = take_folder(path)) {
        sets.add(*set, *name, static_cast<std::uint32_t>(file));
      } else {
        loose_.add(shown(file));
      }
    }
    if (sets.empty(SetKind::train) && loose_.count > 0) throw BadInput(quoted_ + no_classes());
    DataSplits made = sets.make({.hidden = hidden_, .most_pixels = most_pixels});
    made.warnings = warnings();
    return made;
  }

 private:
  std::string no_pictures() const {
    std::string why =
        " holds no pictures: expected files that end in .jpg, .png, .webp, .tif or .bmp in a folder "
        "for each class";
    if (files_->unread_pictures().count > 0) {
      return why + fmt::format("; found {} that lehr does not read, such as {}",
                               counted(files_->unread_pictures().count, "picture"),
                               in_quotes(std::filesystem::path(files_->unread_pictures().example)));
    }
    if (files_->others().count == 0) return why + "; found no files";
    return why + fmt::format("; found {}, such as {}", counted(files_->others().count, "other file"),
                             in_quotes(std::filesystem::path(files_->others().example)));
  }

  std::string no_classes() const {
    return fmt::format(": expected a folder for each class, found {} outside of such folders, such as {}",
                       counted(loose_.count, "picture"), in_quotes(std::filesystem::path(loose_.example)));
  }

  std::string_view shown(std::int64_t file) const { return files_->path(file).substr(hidden_); }

  /// The names of the outermost folders, each once. A picture outside of them counts as the folder "".
  std::vector<std::string> top_folders() const {
    std::vector<std::string> found;
    for (std::int64_t file = 0; file < files_->size(); ++file) {
      std::string_view path = shown(file);
      const std::string_view top = take_folder(path).value_or("");
      if (found.empty() || found.back() != top) found.emplace_back(top);
    }
    return found;
  }

  /// "photos/" of "photos/cat/1.jpg" and "photos/dog/1.jpg".
  bool look_through_single_folder() {
    std::string_view path = shown(0);
    const std::optional<std::string_view> top = take_folder(path);
    if (!top || set_named(*top)) return false;
    const std::string start = std::string(*top) + "/";
    for (std::int64_t file = 0; file < files_->size(); ++file) {
      const std::string_view other = shown(file);
      if (!other.starts_with(start) || other.find('/', start.size()) == std::string_view::npos) return false;
    }
    hidden_ += start.size();
    return true;
  }

  /// Throws BadInput if a set is there twice, or only sets other than the training set.
  void check_sets() const {
    const auto is_set = [](const std::string& name) { return set_named(name).has_value(); };
    if (!has_sets_) {
      if (!std::all_of(tops_.begin(), tops_.end(), is_set)) return;
      throw BadInput(
          fmt::format("{} has the folder {}, but no folder train", quoted_, in_quotes(tops_.front())));
    }
    for (auto name = tops_.begin(); name != tops_.end(); ++name) {
      const auto same = [&](const std::string& other) { return set_named(other) == set_named(*name); };
      const auto other = std::find_if(tops_.begin(), name, same);
      if (other == name || !is_set(*name)) continue;
      throw BadInput(fmt::format("{} has the folders {} and {}, which are the same set; expected one of them",
                                 quoted_, in_quotes(*other), in_quotes(*name)));
    }
  }

  /// Takes the set's folder off the path. Nothing if the file is in no set.
  std::optional<SetKind> set_of(std::string_view& path) {
    if (!has_sets_) return SetKind::train;
    const std::string_view whole = path;
    const std::optional<std::string_view> top = take_folder(path);
    const std::optional<SetKind> set = top ? set_named(*top) : std::nullopt;
    if (!set) outside_.add(whole);
    return set;
  }

  std::vector<std::string> warnings() const {
    std::vector<std::string> found;
    const auto warn = [&](const OtherFiles& files, const std::string& noun, const std::string& what) {
      if (files.count == 0) return;
      found.push_back(fmt::format("{}: {} {}, such as {}", quoted_, counted(files.count, noun), what,
                                  in_quotes(std::filesystem::path(files.example))));
    };
    if (std::string unread = files_->unread_pictures_text(); !unread.empty())
      found.push_back(std::move(unread));
    warn(outside_, "picture", "outside of train, valid and test left out");
    warn(loose_, "picture", "without a class folder left out");
    if (const std::vector<std::string> empty = empty_folders(); !empty.empty()) {
      found.push_back(fmt::format("{}: {} without pictures left out: {}", quoted_,
                                  counted(empty.size(), "class folder"), some_of(empty)));
    }
    return found;
  }

  /// The folders of classes and sets that hold no pictures.
  std::vector<std::string> empty_folders() const {
    const std::string_view around = files_->path(0).substr(0, hidden_);
    std::vector<std::string> found;
    for (const std::string& folder : files_->empty_folders()) {
      if (!folder.starts_with(around)) continue;
      std::string_view path = std::string_view(folder).substr(hidden_);
      if (has_sets_) {
        const std::optional<std::string_view> set = take_folder(path);
        if (!set_named(set.value_or(path))) continue;
      }
      if (path.find('/') == std::string_view::npos) found.push_back(folder.substr(hidden_));
    }
    return found;
  }

  std::shared_ptr<const PictureFiles> files_;
  std::string quoted_;
  std::size_t hidden_ = 0;  ///< characters of each path that lead to what is shown
  std::vector<std::string> tops_;
  bool has_sets_ = false;
  OtherFiles outside_, loose_;
};

}  // namespace

DataSplits folder_data(const std::filesystem::path& place, const ListingLimits& limits) {
  return ClassFolders(picture_files(place, limits)).sets(limits.most_pixels);
}

}  // namespace lehr::data
