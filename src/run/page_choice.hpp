#pragma once

#include <cstddef>
#include <vector>

#include "lehr/data/info.hpp"

namespace lehr::run {

inline constexpr std::size_t most_groups = 60;     ///< of equal and of similar pictures
inline constexpr std::size_t most_of_a_group = 8;  ///< pictures

/// Which pictures the page of a data set shows.
class PageChoice {
 public:
  explicit PageChoice(const data::DataInfo& info);

  const std::vector<data::PictureRef>& all() const { return all_; }
  /// Training pictures of a class. Empty if there are very many classes before.
  const std::vector<data::PictureRef>& of_class(std::size_t number) const { return of_classes_[number]; }

 private:
  void choose_of_classes(const data::DataInfo& info);
  void choose_of(const std::vector<data::CopyGroup>& groups);

  std::vector<data::PictureRef> all_;
  std::vector<std::vector<data::PictureRef>> of_classes_;
};

}  // namespace lehr::run
