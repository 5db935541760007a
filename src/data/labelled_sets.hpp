#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/file_dataset.hpp"
#include "data/picture_files.hpp"
#include "lehr/data/dataset.hpp"

namespace lehr::data {

enum class SetKind { train, valid, test };

/// The set with this name in any case: train or training; valid, val or validation; test or testing. Nothing
/// for other names.
std::optional<SetKind> set_named(std::string_view name);

/// Collects files with the names of their sets and classes, and makes the sets.
class LabelledSets {
 public:
  /// `place`: the data in quotes, with which messages begin.
  LabelledSets(std::string place, std::shared_ptr<const PictureFiles> files)
      : place_(std::move(place)), files_(std::move(files)) {}

  void add(SetKind set, std::string_view class_name, std::uint32_t file);
  bool empty(SetKind set) const { return part(set).chosen.files.empty(); }

  /// The sets; those without files are null. Classes are numbered by the sorted names of the training set.
  /// Throws BadInput if they are refused (check_class_names), or if another set has a class that the training
  /// set lacks.
  DataSplits make(const FileUse& use);

 private:
  struct Part {
    LabelledFiles chosen{};  ///< with the class numbers of `names`
    std::map<std::string, std::uint32_t, std::less<>> names{};
    std::string last_name{};
    std::uint32_t last = 0;
  };
  Part& part(SetKind set) { return parts_[static_cast<std::size_t>(set)]; }
  const Part& part(SetKind set) const { return parts_[static_cast<std::size_t>(set)]; }
  /// Gives the files of a set the class numbers of the training set.
  void renumber(SetKind set, const std::vector<std::string>& class_names);

  std::string place_;
  std::shared_ptr<const PictureFiles> files_;
  std::array<Part, 3> parts_;
};

}  // namespace lehr::data
