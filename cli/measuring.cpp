#include "measuring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/data/data.hpp"
#include "output.hpp"
#include "terminal.hpp"

namespace lehr::cli {

void draw_bar(double share, const std::string& text) {
  const int columns = std::max(terminal_columns(2) - 1, 0);
  const int room = columns - 1 - static_cast<int>(text.size());
  const std::string bar = room > 0 ? bar_text(share, std::min(room, 30)) + " " : "";
  std::fprintf(stderr, "\r%s%.*s\x1b[J\r", bar.c_str(), columns, text.c_str());
}

MeasureProgress show_measuring(std::string what) {
  constexpr double delay = 0.3;  // seconds
  return [what = std::move(what), watch = Stopwatch(), before = std::int64_t{0}, drawn = false](
             std::int64_t done, std::int64_t total) mutable {
    if (before == 0) watch.restart();
    before = done;
    drawn = drawn || watch.seconds() > delay;
    if (!drawn) return;
    if (done == total) {
      std::fprintf(stderr, "\r\x1b[K");
    } else {
      draw_bar(static_cast<double>(done) / static_cast<double>(total),
               fmt::format("{}: {} of {} images", what, grouped(done), grouped(total)));
    }
  };
}

DataOpener open_and_show() {
  return [](const data::DataRequest& request) {
    try {
      return data::open_data(request, show_measuring("decoding pictures"));
    } catch (...) {
      std::fprintf(stderr, "\x1b[J");  // what is left of the line
      throw;
    }
  };
}

}  // namespace lehr::cli
