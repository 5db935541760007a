#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lehr/data/info.hpp"

namespace lehr::run {

/// Small versions of pictures of a data set, as elements of a page.
class PageThumbnails {
 public:
  /// Reads the pictures, on all compute threads.
  PageThumbnails(const data::DataInfo& info, const std::vector<data::PictureRef>& pictures);
  /// The element for one of these pictures.
  const std::string& html(const data::PictureRef& picture) const;

 private:
  using Key = std::pair<std::size_t, std::int64_t>;
  std::map<Key, std::string> made_;
};

}  // namespace lehr::run
