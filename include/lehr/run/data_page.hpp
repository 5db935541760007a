#pragma once

#include <iosfwd>

#include "lehr/data/info.hpp"

namespace lehr {

/// Writes what is in a data set as a self-contained HTML page, for light and dark screens: it needs no
/// network, no other file and no script. It shows pictures of each class, of odd sizes and of copies. All
/// names are escaped. A page is a few megabytes at most: of many classes, copies or unreadable pictures it
/// shows the first ones, and counts the rest. Reads the pictures that it shows.
void write_data_page(std::ostream& out, const data::DataInfo& info);

}  // namespace lehr
