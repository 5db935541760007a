#include "measuring.hpp"

#include <cstdint>
#include <cstdio>

#include "lehr/core/clock.hpp"
#include "output.hpp"

namespace lehr::cli {

MeasureProgress show_measuring() {
  constexpr double delay = 0.3;  // seconds
  return [watch = Stopwatch(), before = std::int64_t{0}, drawn = false](std::int64_t done,
                                                                        std::int64_t total) mutable {
    if (before == 0) watch.restart();
    before = done;
    drawn = drawn || watch.seconds() > delay;
    if (!drawn) return;
    std::fprintf(stderr, "\rmeasuring mean and std: %s of %s images\x1b[K", grouped(done).c_str(),
                 grouped(total).c_str());
    if (done == total) std::fprintf(stderr, "\r\x1b[K");
  };
}

}  // namespace lehr::cli
