#include "measuring.hpp"

#include <cstdint>
#include <cstdio>
#include <utility>

#include "lehr/core/clock.hpp"
#include "output.hpp"

namespace lehr::cli {

MeasureProgress show_measuring(std::string what) {
  constexpr double delay = 0.3;  // seconds
  return [what = std::move(what), watch = Stopwatch(), before = std::int64_t{0}, drawn = false](
             std::int64_t done, std::int64_t total) mutable {
    if (before == 0) watch.restart();
    before = done;
    drawn = drawn || watch.seconds() > delay;
    if (!drawn) return;
    std::fprintf(stderr, "\r%s: %s of %s images\x1b[K", what.c_str(), grouped(done).c_str(),
                 grouped(total).c_str());
    if (done == total) std::fprintf(stderr, "\r\x1b[K");
  };
}

}  // namespace lehr::cli
