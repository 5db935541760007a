#pragma once

#include <string>

#include "lehr/data/dataset.hpp"
#include "lehr/run/setup.hpp"

namespace lehr::cli {

/// Draws a bar and a text on one line of stderr. The line fits any width, and the cursor returns to its
/// beginning, so that what is printed next replaces it.
void draw_bar(double share, const std::string& text);

/// Returns a function that draws a progress line on the terminal if `what` takes long, as it does for
/// pictures that must be decoded.
MeasureProgress show_measuring(std::string what = "measuring mean and std");

/// Opens data as data::open_data does, with a progress line on the terminal while it decodes pictures.
DataOpener open_and_show();

}  // namespace lehr::cli
